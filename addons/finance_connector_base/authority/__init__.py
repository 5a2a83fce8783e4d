"""Which system leads which object and field. Plain values only."""
