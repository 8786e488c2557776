"""Suggested definitions: what outcomes say about criteria, points and thresholds."""
