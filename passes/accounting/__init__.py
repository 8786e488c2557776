"""Everybody accounted for: reconciliation, the audit of both systems, and what should never stay silent."""
