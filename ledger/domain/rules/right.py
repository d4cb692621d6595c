"""Rules still to come."""
