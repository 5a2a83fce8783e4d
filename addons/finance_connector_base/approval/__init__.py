"""Who has to agree with what: rules, requirements, votes. Plain values only; the models keep them."""
