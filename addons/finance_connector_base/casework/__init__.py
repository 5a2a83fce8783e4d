"""How cases are given to people: pure rules on plain values."""
