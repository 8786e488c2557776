"""Accord's own state: SQLAlchemy Core tables, their migrations, and one module for each kind of row."""
