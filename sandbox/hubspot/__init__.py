"""A simulated HubSpot account: the store (`portal.py`) and the HTTP API in front of it (`app.py`).

Nothing here knows the product. What is imitated and what is not: `COVERAGE.md`.
"""
