"""Salesforce through simple-salesforce: one bounded session, composite and collections, errors handled."""
