"""``accord init``: an agreement of one's own to begin with, from a template and a few answers."""
