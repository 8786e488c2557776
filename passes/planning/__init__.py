"""Everything that a pass would write, as one plan: what it is made of, what it costs, and what waits for a person."""
