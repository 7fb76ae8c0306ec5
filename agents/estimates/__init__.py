"""What a run will need: calls, tokens, money and time, reckoned before anything is asked."""
