"""``accord review``: the review pack, and what a review decides."""
