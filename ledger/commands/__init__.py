"""The commands of `patent-ledger`, one a file."""
