"""The statistics: what they count, how it is counted, and reports that can be recomputed."""
