"""An in-memory Salesforce org and its HTTP API."""
