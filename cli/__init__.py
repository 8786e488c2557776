"""The command ``accord``: what an admin types, and how the answer looks. What a pass does is in ``passes``."""
