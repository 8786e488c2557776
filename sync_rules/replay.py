"""Past merge decisions made again by a proposed mapping: which would have come out otherwise.

Values in, values out. What is decided again is what the merge decides: which side's value stands. Whether the
side would then have taken the value is not asked, and no decision is changed by an earlier one that came out
otherwise: each is answered for itself, from what was known at the time.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync_rules.decided import Decided, Outcome, outcome_of
from sync_rules.mapping_model import FieldSpec, Mapping
from sync_rules.merge import Seen, merge_field
from sync_rules.normalise import READERS, Unreadable
from sync_rules.owners import NO_OWNERS
from sync_rules.records import Side

_LEFT = Outcome("nothing", None, lost=False)
_TRANSLATED = ("picklist", "multi_picklist", "country")


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A decision that the proposal would have made otherwise.

    Attributes:
        rule: the proposed one; ``not mapped`` where the proposal has no such field.
    """

    decided: Decided
    rule: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Tally:
    """One field under its old and its proposed rule.

    Attributes:
        ways: how often each change came up: ``("salesforce", "hubspot")`` for a win that changes sides.
        blanked, kept: values that the proposal would have emptied, and those that it would have kept.
        saved: values that were overwritten and would not have been; ``lost`` the other way round.
    """

    field: str
    rule: str
    proposed: str
    decided: int
    otherwise: int
    ways: tuple[tuple[tuple[str, str], int], ...]
    blanked: int
    kept: int
    saved: int
    lost: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """The answer; ``other_type`` counts decisions of fields whose type the proposal changes."""

    decided: int
    otherwise: tuple[Otherwise, ...]
    tallies: tuple[Tally, ...]
    other_type: int


def replay(decisions: Iterable[Decided], mapping: Mapping) -> Replayed:
    """Make every decision again by ``mapping``."""
    total = other_type = 0
    by_field: Counter[tuple[str, str, str]] = Counter()
    found: list[Otherwise] = []
    for one in decisions:
        total += 1
        spec = _spec(mapping, one)
        if spec is not None and spec.type != one.type:
            other_type += 1
            continue
        proposed = f"{spec.rule}, blank {spec.blank}" if spec is not None else "not mapped"
        by_field[one.field, _rule_of(one), proposed] += 1
        outcome = redecide(one, spec)
        if outcome != one.outcome:
            found.append(Otherwise(one, proposed, outcome))
    tallies = tuple(
        _tally(key, number, [one for one in found if _key(one) == key])
        for key, number in sorted(by_field.items())
    )
    return Replayed(total, tuple(found), tallies, other_type)


def redecide(one: Decided, spec: FieldSpec | None) -> Outcome:
    """What ``spec`` would have come to; without one the field is left alone."""
    if spec is None:
        return _LEFT
    hubspot, salesforce = _as_read("hubspot", one.hubspot, spec), _as_read("salesforce", one.salesforce, spec)
    return outcome_of(merge_field(spec, one.base, hubspot, salesforce))


def _as_read(side: Side, seen: Seen, spec: FieldSpec) -> Seen:
    """A word that the old mapping did not know may be known to the proposed one."""
    if isinstance(seen.value, Unreadable) and spec.type in _TRANSLATED:
        return Seen(READERS[spec.type](seen.value.raw, spec, side, NO_OWNERS, None), seen.stamp)
    return seen


def _spec(mapping: Mapping, one: Decided) -> FieldSpec | None:
    fields = mapping.people.fields if one.kind == "person" else mapping.companies.fields
    return fields.get(one.field)


def _rule_of(one: Decided) -> str:
    return f"{one.rule}, blank {one.blank}"


def _key(one: Otherwise) -> tuple[str, str, str]:
    return one.decided.field, _rule_of(one.decided), one.rule


def _tally(key: tuple[str, str, str], number: int, found: Sequence[Otherwise]) -> Tally:
    field, rule, proposed = key
    ways = Counter((one.decided.outcome.wins, one.outcome.wins) for one in found)
    was = [one.decided.outcome for one in found]
    now = [one.outcome for one in found]
    pairs = list(zip(was, now, strict=True))
    return Tally(
        field=field,
        rule=rule,
        proposed=proposed,
        decided=number,
        otherwise=len(found),
        ways=tuple(ways.most_common()),
        blanked=sum(new.blanks and not old.blanks for old, new in pairs),
        kept=sum(old.blanks and not new.blanks for old, new in pairs),
        saved=sum(old.lost and not new.lost for old, new in pairs),
        lost=sum(new.lost and not old.lost for old, new in pairs),
    )
