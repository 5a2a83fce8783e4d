"""Translation of outside values (accounts, taxes, bank codes …) by versioned, approved tables. Plain values only."""
