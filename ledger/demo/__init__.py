"""The demo: one story of invented parties, told over HTTP to a served ledger."""
