"""The figures of a period: one module for each family of them, put together in ``figures.py``."""
