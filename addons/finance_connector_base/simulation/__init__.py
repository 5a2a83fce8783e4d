"""The message protocol under simulated clocks, banks, crashes and lost lines: seeds instead of luck."""
