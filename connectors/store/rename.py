"""A link takes another name: everything kept under the old one goes along, at once."""

from typing import Any

import sqlalchemy as sa

from connectors.store.tables import links, metadata


def rename(connection: sa.Connection, old: str, new: str) -> None:
    """Give the link ``old`` the id ``new``, which no link has; ``old`` is free afterwards.

    A record that belonged to no link may be known by ``new`` already (as held, as not accounted for): what the link
    says of the same thing takes its place.
    """
    for table in metadata.sorted_tables:
        if "link_id" not in table.columns:
            continue
        if table.c.link_id.primary_key:
            connection.execute(_in_the_way(table, old, new))
        connection.execute(_renamed(table, table.c.link_id, old, new))
    connection.execute(_renamed(links, links.c.merged_into, old, new))


def _in_the_way(table: sa.Table, old: str, new: str) -> sa.Delete:
    others = [column for column in table.primary_key if column.name != "link_id"]
    coming = table.alias("coming")
    same = [coming.c[column.name] == column for column in others]
    clash = sa.select(sa.literal(1)).where(coming.c.link_id == old, *same).exists()
    return sa.delete(table).where(table.c.link_id == new, clash)


def _renamed(table: sa.Table, column: sa.Column[Any], old: str, new: str) -> sa.Update:
    return sa.update(table).where(column == old).values({column.name: new})


def is_free(connection: sa.Connection, link_id: str) -> bool:
    """Whether no link, living or merged, has the id."""
    return connection.execute(sa.select(links.c.link_id).where(links.c.link_id == link_id)).first() is None
