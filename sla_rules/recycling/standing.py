"""Where people stand whom sales sent back: since when, until when, how often, and whether they came again.

Everything follows from the histories of answers and of handoffs, so the same history gives the same standing however
often it is asked, and a changed agreement counts for running cool-offs too. What a standing does to a judgement is in
``judging.py``.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from sla_rules.recycling.terms import Recycling, SentBack


@dataclass(frozen=True, slots=True)
class Answer:
    """One disposition of one person; an empty ``disposition`` is an answer taken back."""

    at: datetime
    disposition: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One person whom sales sent back at least once, and did not take that back.

    Attributes:
        answer: the latest answer that sent the person back.
        since: when that was: what the person did up to then no longer counts.
        until: the end of the cool-off; None: for good.
        times: how often the person was sent back so far.
        stage: where they stay meanwhile.
        returned: they have been handed over again since.
    """

    answer: str
    since: datetime
    until: datetime | None
    times: int
    stage: str
    returned: bool

    def rests(self, now: datetime) -> bool:
        """Whether the person may not be qualified at this moment."""
        return not self.returned and (self.until is None or now < self.until)


def standing_of(
    rules: Recycling, answers: Iterable[Answer], handed_over: Iterable[datetime]
) -> Standing | None:
    """The standing of one person.

    A handoff and what follows up to the next one is one turn; the last answer of a turn decides it. Answers from
    before the first handoff are a turn too.

    Args:
        answers: in any order.
        handed_over: the times of the handoffs that came true, in any order.
    """
    handed = sorted(handed_over)
    turns: dict[int, list[Answer]] = {}
    for answer in sorted(answers, key=lambda one: one.at):
        turns.setdefault(bisect_right(handed, answer.at), []).append(answer)
    back = [
        (turn, rule, said)
        for turn, said in turns.items()
        if (rule := rules.of(said[-1].disposition)) is not None
    ]
    if not back:
        return None
    turn, rule, said = back[-1]
    since = _since(said)
    return Standing(
        answer=rule.answer,
        since=since,
        until=_until(rule, said[-1].reason, since, len(back)),
        times=len(back),
        stage=rule.stage,
        returned=len(handed) > turn,
    )


def _since(said: Sequence[Answer]) -> datetime:
    """When the last answer was given first: a reason or a note added later changes no time."""
    since = said[-1].at
    for answer in reversed(said):
        if answer.disposition != said[-1].disposition:
            break
        since = answer.at
    return since


def _until(rule: SentBack, reason: str | None, since: datetime, times: int) -> datetime | None:
    if rule.cool_off is None or (rule.at_most is not None and times > rule.at_most):
        return None
    return since + rule.cool_off_by_reason.get(reason or "", rule.cool_off).elapsed


def standings(rules: Recycling, dispositions: pl.DataFrame, handoffs: pl.DataFrame) -> dict[str, Standing]:
    """The standing of everybody who was sent back.

    Args:
        dispositions: the dispositions frame.
        handoffs: ``person_id, handed_off_at`` of those that came true.
    """
    names = [one.answer for one in rules.answers]
    concerned = dispositions.filter(pl.col("disposition").is_in(names)).select("person_id").unique()
    answers = dispositions.join(concerned, on="person_id", how="semi").select(
        "person_id", "at", "disposition", "reason"
    )
    handed = handoffs.join(concerned, on="person_id", how="semi").select("person_id", "handed_off_at")
    said: dict[str, list[Answer]] = {}
    for person_id, at, disposition, reason in answers.iter_rows():
        said.setdefault(person_id, []).append(Answer(at, disposition, reason))
    over: dict[str, list[datetime]] = {}
    for person_id, at in handed.iter_rows():
        over.setdefault(person_id, []).append(at)
    found = ((one, standing_of(rules, told, over.get(one, ()))) for one, told in said.items())
    return {person_id: standing for person_id, standing in found if standing is not None}
