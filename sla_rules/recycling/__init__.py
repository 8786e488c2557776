"""Recycling: what becomes of people whom sales sends back to marketing, and when they may come again."""
