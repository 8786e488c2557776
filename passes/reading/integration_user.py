"""Which Salesforce user Accord signs in as: asked once, then remembered."""

import sqlalchemy as sa

from connectors.store import cursors
from passes.context import PassContext

_REMEMBERED_AS = "salesforce integration user"


def integration_user(context: PassContext, connection: sa.Connection) -> str | None:
    """The address of the user as whom Accord writes; asked once in a database's life."""
    known = cursors.get(connection, _REMEMBERED_AS)
    if known is None:
        known = {"email": str(context.salesforce.account().get("user_email") or "").strip().lower()}
        cursors.put(connection, _REMEMBERED_AS, known, now=context.now())
    return known["email"] or None
