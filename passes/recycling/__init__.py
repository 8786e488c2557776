"""Recycling in a pass: who rests, who is handed over again, and what that changes on the record."""
