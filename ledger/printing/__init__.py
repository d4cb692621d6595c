"""Notices as documents: what the register tells the parties of a filing, as a page to print."""
