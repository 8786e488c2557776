"""Handoffs, clocks and answers: what the two teams promised, for each person, and what both are to see of it."""
