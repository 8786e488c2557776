"""``accord explain``: everything that Accord knows about one person, and why it does what it does."""
