"""Tries a proposed lead definition on the past, beside the one in force, and checks the replay against the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connectors.errors import ConfigError
from passes.backtest.facts import read_facts
from passes.backtest.history import Known
from passes.backtest.record import Record, against_record
from passes.context import PassContext
from sla_rules.backtesting.backtest import Backtest, backtest
from sla_rules.backtesting.tweak_effects import TweakEffect, tweak_effects
from sla_rules.definition import DefinitionError, LeadDefinition
from sla_rules.definition_loading import load_definition


@dataclass(frozen=True)
class Answer:
    """What the proposal would have done, and how far that can be trusted."""

    backtest: Backtest
    known: Known
    record: Record

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a reader has to know, in sentences without names or values."""
        said = []
        exact = self.known.exact_from
        if exact is not None and self.backtest.since < exact:
            said.append(
                f"Attributes are exact from {exact:%Y-%m-%d %H:%M} UTC on; before, people have those that they had "
                "then, and activities count from when they happened."
            )
        if self.known.as_of_today:
            names = ", ".join(self.known.as_of_today)
            said.append(f"Of {names} no past values are kept: today's stand for them throughout.")
        if self.known.late:
            said.append(
                f"{self.known.late:,} activities came to be known more than a day after they happened; they count "
                "from when they were known."
            )
        said.append(_on_record(self.record))
        said.append(
            "Precision and recall are about people handed over: of whom the definition in force did not hand over, "
            "nobody knows what they would have become."
        )
        return tuple(said)


def _on_record(record: Record) -> str:
    if not record.compared:
        return "No pass moved anybody in this time, so the replay could not be held against the record."
    found = len(record.differences)
    what = (
        "all the same" if not found else f"{found:,} differ, {record.unexplained:,} of them without a reason"
    )
    return (
        f"The replay of what was in force was held against {record.compared:,} stages on record, on {record.days:,} "
        f"days: {what}."
    )


def run(
    context: PassContext, proposed: LeadDefinition, *, since: datetime, until: datetime | None = None
) -> Answer:
    """Try the proposal; reads the database only.

    Args:
        since, until: aware; without ``until`` up to now.

    Raises:
        ConfigError: there is no such time, or nothing is kept yet.
    """
    in_force = context.contracts.definition
    end = until or context.now()
    with context.store.begin() as connection:
        read = read_facts(context, connection, (in_force, proposed), since=since, until=end)
        exact = read.known.exact_from
        begins = max(since, exact) if exact is not None else since
        record = against_record(
            connection, context.contracts.sla, read.facts.history, since=begins, until=end
        )
    return Answer(backtest(in_force, proposed, read.facts), read.known, record)


def effects(
    context: PassContext,
    proposals: Sequence[LeadDefinition],
    *,
    since: datetime,
    until: datetime | None = None,
) -> list[TweakEffect]:
    """What each proposal would have changed; for the review.

    Raises:
        ConfigError: there is no such time, or nothing is kept yet.
    """
    in_force = context.contracts.definition
    end = until or context.now()
    with context.store.begin() as connection:
        read = read_facts(context, connection, (in_force, *proposals), since=since, until=end)
    return tweak_effects(in_force, proposals, read.facts)


def proposal(text: str, *, source: str) -> LeadDefinition:
    """A proposed definition.

    Raises:
        ConfigError: with every problem of the file.
    """
    try:
        return load_definition(text, source=source)
    except DefinitionError as error:
        raise ConfigError(error.problems) from error


def days(first: str, last: str | None, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """From the beginning of one day to the end of another, in the business's zone.

    Raises:
        ConfigError: one of them is no date.
    """
    begins = datetime.combine(_day(first), time(), zone).astimezone(UTC)
    if last is None:
        return begins, None
    return begins, datetime.combine(_day(last) + timedelta(days=1), time(), zone).astimezone(UTC)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError([f"{text!r} is no date; write it as 2026-01-31"]) from error
