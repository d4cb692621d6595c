"""Benchmarks: figures as ratios to a peer in the same run, on the same server (`make bench`)."""
