"""The laws' worlds, for the complaints that such syncs get."""

from tests.e2e.laws.conftest import database_url, make_world, migrated, undisturbed, world

__all__ = ["database_url", "make_world", "migrated", "undisturbed", "world"]
