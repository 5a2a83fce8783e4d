"""Payment runs as plain values: on which day what is paid, what a mandate allows, whose name is on a list."""
