"""Holds the replay of the versions in force against the stages that passes wrote down: they must be the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
import sqlalchemy as sa

from connectors.store import definitions, frames
from connectors.store.tables import dispositions, links, stage_history
from passes.judging.in_force import parsed
from sla_rules.backtesting.replay import History, replay, stages_at
from sla_rules.sla import SlaContract

_INSTANT = timedelta(microseconds=1)
_MERGED = "two links turned out to be one person"
_SENT_BACK = "sales had sent them back, and what they did before no longer counted"
_NOT_EXPLAINED = "not explained"


@dataclass(frozen=True)
class Difference:
    """A person whose stage on record is another than the replay's."""

    person_id: str
    at: datetime
    recorded: str
    replayed: str | None
    why: str


@dataclass(frozen=True)
class Record:
    """What was compared.

    Attributes:
        compared: stages held against each other: everybody, once a day.
        days: the moments, each the last of its day at which a pass moved somebody.
    """

    compared: int
    days: int
    differences: tuple[Difference, ...]

    @property
    def unexplained(self) -> int:
        """Differences without a reason."""
        return sum(one.why == _NOT_EXPLAINED for one in self.differences)


def against_record(
    connection: sa.Connection, contract: SlaContract, history: History, *, since: datetime, until: datetime
) -> Record:
    """Replay each version for the time in which it judged, and compare it with the stage history once a day.

    Args:
        contract: which answers send people back; the replay of a definition alone does not rest them.
        since: not before attributes were kept.
    """
    recorded = frames.read(connection, stage_history, where=[stage_history.c.at <= until])
    days = (
        recorded.filter(pl.col("at") >= since)
        .group_by(pl.col("at").dt.date().alias("day"))
        .agg(pl.col("at").max())
        .get_column("at")
    )
    judged = definitions.activations(connection)
    ends = [*(one.effective_at - _INSTANT for one in judged[1:]), until]
    found = []
    compared = 0
    for version, end in zip(judged, ends, strict=True):
        begins = max(since, version.effective_at)
        own = days.filter((days >= begins) & (days <= end))
        if not len(own):
            continue
        states = replay(parsed(version), history, since=begins, until=end)
        both = _both(recorded, states, own)
        compared += both.height
        found.append(both.filter(pl.col("replayed").ne_missing(pl.col("recorded"))))
    merged = set(connection.execute(sa.select(links.c.merged_into).distinct()).scalars())
    sent_back = _sent_back(connection, contract)

    def why(person_id: str, at: datetime) -> str:
        if person_id in merged:
            return _MERGED
        return _SENT_BACK if person_id in sent_back and sent_back[person_id] <= at else _NOT_EXPLAINED

    rows = pl.concat(found).sort("at", "person_id").iter_rows(named=True) if found else ()
    differences = [
        Difference(
            row["person_id"],
            row["at"],
            row["recorded"],
            row["replayed"],
            why(row["person_id"], row["at"]),
        )
        for row in rows
    ]
    return Record(compared, len(days), tuple(differences))


def _sent_back(connection: sa.Connection, contract: SlaContract) -> dict[str, datetime]:
    """Since when sales has sent people back."""
    answers = [one.answer for one in contract.recycling.answers]
    said = frames.read(connection, dispositions, where=[dispositions.c.disposition.in_(answers)])
    return dict(said.group_by("person_id").agg(pl.col("at").min()).iter_rows())


def _both(recorded: pl.DataFrame, states: pl.DataFrame, moments: pl.Series) -> pl.DataFrame:
    """``person_id, at, recorded, replayed`` of everybody on record at each moment."""
    people = recorded.select("person_id").unique()
    asked = people.join(pl.DataFrame({"at": moments}), how="cross")
    then = stages_at(recorded.select("person_id", "at", recorded="stage"), asked).drop("held_from")
    then = then.filter(pl.col("recorded").is_not_null())
    return stages_at(states.select("person_id", "at", replayed="stage"), then).drop("held_from")
