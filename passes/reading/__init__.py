"""Both sides' changes into the mirror, and what of a side must be known before: its fields, rules and owners."""
