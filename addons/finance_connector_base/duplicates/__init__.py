"""Whether two entries of a master file are the same party: normal forms, blocking keys, scores. Plain values only."""
