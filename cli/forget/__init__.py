"""``accord forget``: erasing one person on request."""
