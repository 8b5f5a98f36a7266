"""Is the candidate slower? Two processes, one for each side, take turns on one core."""
