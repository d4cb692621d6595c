"""The transparency log: leaves, tiles, checkpoints, proofs, and whoever checks them offline."""
