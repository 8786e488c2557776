"""Which version of the lead definition judges: the newest that people activated and that is effective.

A file that was only edited does not judge. The first definition of a database is in force as it is found, and so
is an edit by which nobody can be judged differently. Activating is ``passes.judging.activation``.
"""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from connectors.errors import ConfigError
from connectors.store import cursors, definitions
from connectors.store.definitions import Activation, digest_of
from passes.context import Contracts
from sla_rules.definition import DefinitionError, LeadDefinition
from sla_rules.definition_loading import load_definition
from sla_rules.definition_versions import effective_at, judge_alike

_JUDGED_BY = "definition in force"


def resolve(connection: sa.Connection, contracts: Contracts, *, now: datetime, zone: str) -> Contracts:
    """The contracts with the definition that judges now; reads only.

    Returns:
        ``definition_waiting`` says, where the file has another version, which and what to do.

    Raises:
        ConfigError: no version is effective yet, or the one in force can no longer be read.
    """
    known = definitions.activations(connection)
    current = definitions.newest_effective(known, now)
    file, body = contracts.definition, contracts.definition_text
    begins = effective_at(file, zone)
    due = begins is None or begins <= now
    if current is None:
        if not due:
            raise ConfigError(
                [
                    f"version {file.version} of the lead definition is effective from {file.effective_from}, and no "
                    "other is in force; put an earlier date under 'effective_from', or remove it"
                ]
            )
        return contracts
    if current.digest == digest_of(body):
        return contracts
    in_force = parsed(current)
    if due and judge_alike(in_force, file):
        return contracts
    scheduled = [one for one in known if one.digest == digest_of(body) and one.effective_at > now]
    if scheduled:
        waiting = f"version {file.version} takes effect at {scheduled[-1].effective_at:%Y-%m-%d %H:%M} UTC"
    else:
        waiting = f"version {file.version} in the file is not active; see its effect with `accord definition activate`"
    return replace(contracts, definition=in_force, definition_text=current.body, definition_waiting=waiting)


def adopt(connection: sa.Connection, definition: LeadDefinition, body: str, *, now: datetime) -> bool:
    """Note what judges in this pass; whether everybody has to be judged anew, because something else did before."""
    current = definitions.newest_effective(definitions.activations(connection), now)
    digest = digest_of(body)
    if current is None or current.digest != digest:
        definitions.activate(connection, definition.version, body, now=now, effective_at=now)
    if cursors.get(connection, _JUDGED_BY) == digest:
        return False
    cursors.put(connection, _JUDGED_BY, digest, now=now)
    return True


def parsed(activation: Activation) -> LeadDefinition:
    """The definition as a value.

    Raises:
        ConfigError: this version of Accord cannot read it.
    """
    try:
        return load_definition(activation.body, source=f"definition {activation.version} (in force)")
    except DefinitionError as error:
        remedy = "activate a file that can be read: `accord definition activate FILE`"
        raise ConfigError([*error.problems, remedy]) from error
