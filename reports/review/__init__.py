"""The review pack: one page for both teams about 30, 60, 90 days or a quarter, and its tables as CSV."""
