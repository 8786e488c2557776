"""A link takes another name: everything kept under the old one goes along, at once."""

from typing import Any

import sqlalchemy as sa

from connectors.store.tables import links, metadata


def rename(connection: sa.Connection, old: str, new: str) -> None:
    """Give the link ``old`` the id ``new``, under which nothing may be kept yet; ``old`` is free afterwards."""
    for table in metadata.sorted_tables:
        if "link_id" in table.columns:
            connection.execute(_renamed(table, table.c.link_id, old, new))
    connection.execute(_renamed(links, links.c.merged_into, old, new))


def _renamed(table: sa.Table, column: sa.Column[Any], old: str, new: str) -> sa.Update:
    return sa.update(table).where(column == old).values({column.name: new})


def is_free(connection: sa.Connection, link_id: str) -> bool:
    """Whether no link, living or merged, has the id."""
    return connection.execute(sa.select(links.c.link_id).where(links.c.link_id == link_id)).first() is None
