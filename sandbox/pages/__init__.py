"""Record pages: the simulated vendors' records as plain web pages, the way their users would see them.

Read-only and without scripts. ``views`` says what a page shows, ``hubspot`` and ``salesforce`` fill it
from the stores, ``app`` routes and renders. Nothing here is part of a vendor's API.
"""
