"""Which plan or pass a person means by an id, or by how it begins."""

import sqlalchemy as sa

from connectors.store import approvals

UNDO_PREFIX = "undo-"
"""How the ids of passes begin that take another one back."""
BACK_FILL_PREFIX = "back-fill-"
"""How the ids of passes begin that fill a new field."""
LAST = "last"
"""The name of the newest pass that wrote something."""


class NotFoundError(Exception):
    """Nothing, or more than one thing, is called that."""


def plan_id(connection: sa.Connection, name: str | None) -> str:
    """The plan that is meant; None means the newest plan of a pass that waits for approval.

    Raises:
        NotFoundError: no plan, or several.
    """
    if name is None:
        waiting = approvals.newest_waiting(connection, besides=(UNDO_PREFIX, BACK_FILL_PREFIX))
        if waiting is None:
            raise NotFoundError("no plan waits for approval; `accord plan` makes one")
        return str(waiting.plan_id)
    return _only([row.plan_id for row in approvals.plans_named(connection, name)], "plan", name)


def pass_id(connection: sa.Connection, name: str) -> str:
    """The pass that is meant; ``last`` means the newest that wrote something.

    Raises:
        NotFoundError: no pass, or several.
    """
    if name == LAST:
        last = approvals.last_written(connection)
        if last is None:
            raise NotFoundError("no pass has written anything yet")
        return str(last)
    return _only([row.pass_id for row in approvals.passes_named(connection, name)], "pass", name)


def _only(found: list[str], what: str, name: str) -> str:
    if not found:
        raise NotFoundError(f"there is no {what} {name}; `accord status` lists the last passes")
    if len(found) > 1:
        raise NotFoundError(f"several begin with {name}: {', '.join(found[:5])}; give more of the id")
    return found[0]
