"""The plan carried out, and taken back: what became of each write, and of what people did meanwhile."""
