"""What a cash position is made of, as pure code: rates, freshness, totals, differences."""
