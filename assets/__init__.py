"""Thin Dagster assets: each runs one step of a pass and reports its figures. No logic lives here."""
