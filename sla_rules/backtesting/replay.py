"""Judge people as of past moments: by the attributes and activities that were known then, and by nothing later.

Here: a history and a definition to everybody's stages over time. A judgement changes only when something becomes
known or when a window ends, so people are judged at those moments, each at their own, all people at once. Not here:
reading a history (``passes.backtest``), what the stages come to (``backtest``).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from sla_rules.definition import LeadDefinition
from sla_rules.qualify import qualify
from sla_rules.qualify_behaviour import ACTIVITY_COLUMNS, MOMENT

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
"""The moment to which every judged moment is moved, with all that the person did: only distances matter."""

STATES = pl.Schema(
    {
        "person_id": pl.String(),
        "at": MOMENT,
        "stage": pl.String(),
        "score": pl.Int32(),
        "passed": pl.UInt64(),
        "unknown": pl.UInt64(),
        "persona": pl.String(),
        "step": pl.String(),
    }
)
_AT_ONCE = 50_000
_DAYS_AHEAD = 8


@dataclass(frozen=True)
class History:
    """What was known of people, and when.

    Attributes:
        people: ``person_id``, ``known_from`` (UTC) and attributes as ``qualify`` wants them; a row holds until the
            person's next one.
        activities: as ``qualify`` wants them, with ``known_from`` and ``gone_at`` (UTC, null: still there); a row
            counts from the one up to, not including, the other.
    """

    people: pl.DataFrame
    activities: pl.DataFrame

    def until(self, end: datetime) -> "History":
        """What was known at that moment: nothing later."""
        gone = pl.when(pl.col("gone_at") <= end).then("gone_at")
        return History(
            self.people.filter(pl.col("known_from") <= end),
            self.activities.filter(pl.col("known_from") <= end).with_columns(gone_at=gone),
        )


def known_at(history: History, moments: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What was known of people at moments of the past.

    Args:
        moments: ``person_id``, ``at`` (UTC); a person may come with several.

    Returns:
        People: a row for each moment at which the person was known, with ``_at`` and ``_key``, a text that is unique.
        Activities: those known then, with the ``_key`` of the moment and ``_at``.
    """
    asked = moments.select("person_id", _at="at").sort("_at").with_row_index("_row")
    people = (
        asked.join_asof(
            history.people.sort("known_from"),
            left_on="_at",
            right_on="known_from",
            by="person_id",
            check_sortedness=False,
        )
        .filter(pl.col("known_from").is_not_null())
        .with_columns(_key=pl.col("_row").cast(pl.String))
        .drop("_row", "known_from")
    )
    activities = (
        history.activities.lazy()
        .join(people.lazy().select("person_id", "_key", "_at"), on="person_id")
        .filter(
            pl.col("known_from") <= pl.col("_at"),
            pl.col("gone_at").is_null() | (pl.col("gone_at") > pl.col("_at")),
        )
        .collect()
    )
    return people, activities


def judged_at(definition: LeadDefinition, history: History, moments: pl.DataFrame) -> pl.DataFrame:
    """Judge people at moments of the past (``person_id``, ``at``; several of a person are fine).

    Returns:
        ``STATES`` and ``next_change_at``: the first moment at which, with what was known, the judgement may change by
        itself. Moments at which the person was not known yet are left out.
    """
    known, did = known_at(history, moments)
    moved = did.select(
        *(name for name in ACTIVITY_COLUMNS if name not in ("person_id", "at")),
        person_id="_key",
        at=pl.lit(AS_OF) - (pl.col("_at") - pl.col("at")),
    )
    people = known.drop("person_id", "_at").rename({"_key": "person_id"})
    judged = qualify(definition, people, moved, now=AS_OF)
    at = known.get_column("_at")
    return judged.with_columns(
        person_id=known.get_column("person_id"),
        at=at,
        next_change_at=at + (pl.col("next_change_at") - pl.lit(AS_OF)),
    ).select(*STATES, "next_change_at")


def replay(definition: LeadDefinition, history: History, *, since: datetime, until: datetime) -> pl.DataFrame:
    """Everybody's stages between two moments, both included.

    Returns:
        ``STATES``, by person and time: a row where a judgement begins to hold. A person's first row is at ``since``,
        or later if they became known later.
    """
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    history = _asked_for(definition, history.until(until), since)
    moments = _moments(history, since)
    after = pl.lit(until + timedelta(microseconds=1))
    moments = moments.with_columns(
        end=pl.col("at").shift(-1).over("person_id", order_by="at").fill_null(after)
    )
    states = [pl.DataFrame(schema=STATES)]
    while moments.height:
        judged = [judged_at(definition, history, part) for part in moments.iter_slices(_AT_ONCE)]
        states += [part.select(STATES.names()) for part in judged]
        moments = _between(pl.concat(judged).join(moments, on=["person_id", "at"]))
    return _changes(pl.concat(states))


def _asked_for(definition: LeadDefinition, history: History, since: datetime) -> History:
    """Without activities that no criterion counts, or that were gone before."""
    kinds = {kind for item in definition.criteria if item.did for kind in item.did.activity}
    there = pl.col("gone_at").is_null() | (pl.col("gone_at") > since)
    return History(history.people, history.activities.filter(pl.col("kind").is_in(sorted(kinds)) & there))


def _moments(history: History, since: datetime) -> pl.DataFrame:
    """Where each person's judgement can change because something becomes known; the first moment of everybody, too."""
    found = [
        history.people.select("person_id", at="known_from"),
        history.activities.select("person_id", at="known_from"),
        history.activities.select("person_id", at="gone_at"),
    ]
    first = history.people.group_by("person_id").agg(at=pl.col("known_from").min().clip(since))
    later = (
        pl.concat(found)
        .join(first.rename({"at": "first"}), on="person_id")
        .filter(pl.col("at") > pl.col("first"))
    )
    return pl.concat([first, later.select("person_id", "at")]).unique()


def _between(judged: pl.DataFrame) -> pl.DataFrame:
    """Where judgements change by themselves before ``end``, the person's next moment.

    Points fade by whole days, so that the same time on the days after is looked at in one go.
    """
    gaps = judged.filter(pl.col("next_change_at") < pl.col("end")).select(
        "person_id", "next_change_at", gap="end"
    )
    ahead = [
        gaps.with_columns(at=pl.col("next_change_at") + timedelta(days=days)) for days in range(_DAYS_AHEAD)
    ]
    found = pl.concat(ahead).filter(pl.col("at") < pl.col("gap"))
    follows = pl.col("at").shift(-1).over("person_id", "gap", order_by="at")
    return found.select("person_id", "at", end=follows.fill_null(pl.col("gap")))


def stages_at(states: pl.DataFrame, moments: pl.DataFrame) -> pl.DataFrame:
    """``moments`` (``person_id``, ``at``, more if you like) with what held then; null before the first state."""
    return moments.sort("at").join_asof(
        states.sort("at").rename({"at": "held_from"}),
        left_on="at",
        right_on="held_from",
        by="person_id",
        check_sortedness=False,
    )


def _changes(states: pl.DataFrame) -> pl.DataFrame:
    """Only rows that say something else than the person's row before."""
    ordered = states.sort("person_id", "at")
    said = [name for name in STATES if name not in ("person_id", "at")]
    other = pl.any_horizontal(
        pl.col("person_id").ne_missing(pl.col("person_id").shift(1)),
        *(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in said),
    )
    return ordered.filter(other)
