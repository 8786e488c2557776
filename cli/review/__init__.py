"""``accord review-links``: the queue of records of which nobody knows who they are, and people's decisions."""
