"""How columns are declared, and the one catalogue of all tables. No table is here."""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def column(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    """A column that always has a value."""
    options.setdefault("nullable", False)
    return sa.Column(name, kind, **options)


def optional(name: str, kind: Any, **options: Any) -> sa.Column[Any]:
    """A column that may be empty."""
    return sa.Column(name, kind, nullable=True, **options)


Key = sa.String(80)
Name = sa.String(120)
