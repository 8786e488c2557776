"""Local HTTP simulators of HubSpot's and Salesforce's APIs, for demos and tests.

This package imports nothing of the product, so that the two cannot share a misreading of an API.
What is imitated, and what is not, is listed in ``sandbox/COVERAGE.md``.
"""
