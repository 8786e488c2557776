"""The review: what a period is looked at by, as a step, and what people decided in it."""
