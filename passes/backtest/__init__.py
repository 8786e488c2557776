"""Replays proposed definitions over what the database kept: loading, and the answer as a step."""
