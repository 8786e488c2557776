"""From the confirmed writes of one pass to the writes that take them back, and to what is left as it is.

Values in, values out. Restored are merged fields of people and companies, and edits of activities; values that
Accord computes only on request, since the next pass computes them again; and people whom it deleted, where the side
gives them back by a call. Left alone, and said so: fields that
somebody has edited since, consent (an opt-out is never taken back by a machine), the ids by which records are linked,
and records that the pass created, unless they are to be archived. How an undone field is kept from flowing again is
``undone.py``; an undone part of an activity rests by a base that has a value for each side.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from sync_rules.activity_forms import stored
from sync_rules.changes import Place, update
from sync_rules.mapping_model import FieldSpec
from sync_rules.mapping_model import Mapping as SyncMapping
from sync_rules.normalise import Unreadable
from sync_rules.plan import REMOVALS, Agreement, FieldChange, Hold, Write
from sync_rules.plan_computed import CLEAR_THEN_SET
from sync_rules.present import COMPANIES, PEOPLE, Present, RecordKey, as_stored, spec_of, twin_of
from sync_rules.records import Link, Side, other
from sync_rules.undone import Undone

UNDO: Final = "undo"
"""The rule of a change that restores the value before."""

Reason = Literal[
    "edited",
    "as before",
    "gone",
    "computed",
    "created",
    "archived",
    "back",
    "purged",
    "restored",
    "consent",
    "link",
]
_COMPUTED_RULES = ("accord", CLEAR_THEN_SET)
_LIFECYCLE = "lifecyclestage"


@dataclass(frozen=True, slots=True)
class Left:
    """Something that the pass wrote and the undo leaves as it is.

    Attributes:
        field: the mapping's name of the field, or None for a whole record.
        before, after: raw values, as the pass found and left them.
        present: the raw value now, where it was looked at.
    """

    reason: Reason
    side: Side
    object_type: str
    record_id: str
    link_id: str
    field: str | None = None
    before: Any = None
    after: Any = None
    present: Any = None


@dataclass(frozen=True, slots=True)
class Undoing:
    """The writes that take a pass back, and what they leave."""

    writes: tuple[Write, ...]
    left: tuple[Left, ...]


def undo(
    confirmed: Sequence[Write],
    present: Present,
    links: Mapping[str, Link],
    mapping: SyncMapping,
    *,
    pass_id: str,
    computed: bool = False,
    archive_created: bool = False,
    gives_back: frozenset[Side] = frozenset(),
    emptied: frozenset[Side] = frozenset(),
) -> Undoing:
    """Take back what a pass wrote, as far as nobody has touched it since.

    Args:
        confirmed: the writes of the pass that both sides confirmed, in their order.
        present: the records concerned as they are now.
        links: living links by the link id that the writes name.
        computed: restore values that Accord computes, too.
        archive_created: archive the records that the pass created, unless somebody has edited them since.
        gives_back: sides that take people out of their bin by a call.
        emptied: sides whose bin has kept what the pass deleted for as long as it does.
    """
    work = _Undo(present, links, mapping, f"undo of pass {pass_id}", computed)
    created = {_key(write) for write in confirmed if write.operation == "create"}
    for write in _by_record(write for write in confirmed if write.operation == "update"):
        # What was added to a record after its creation goes or stays with it.
        if _key(write) not in created:
            work.update(write)
    for write in confirmed:
        if write.operation == "create":
            work.create(write, archive=archive_created)
        elif write.operation in ("opt_out", "opt_in"):
            work.left += (_left("consent", write, change) for change in write.changes)
        elif write.operation == "restore":
            work.left.append(_left("restored", write))
        elif write.operation in REMOVALS:
            work.removed(write, gives_back, emptied)
    # A person's activities go before the person: Salesforce takes what is left along.
    writes = sorted(
        work.writes, key=lambda one: (one.operation == "archive", one.object_type in PEOPLE, one.key)
    )
    return Undoing(tuple(writes), tuple(work.left))


def undone_holds(writes: Iterable[Write], links: Mapping[str, Link], mapping: SyncMapping) -> Iterator[Hold]:
    """The holds that keep restored fields from flowing again; to be set before the writes are sent."""
    for write in writes:
        for change in write.changes:
            if change.rule == UNDO and _has_counterpart(write, change, links, mapping):
                item = Undone(write.side, restored=change.after, undone=change.before)
                yield item.hold(write.link_id, write.object_type, change.name)


class _Undo:
    def __init__(
        self, present: Present, links: Mapping[str, Link], mapping: SyncMapping, why: str, computed: bool
    ) -> None:
        self._present, self._links, self._mapping = present, links, mapping
        self._why, self._with_computed = why, computed
        self.writes: list[Write] = []
        self.left: list[Left] = []

    def update(self, write: Write) -> None:
        """Restore the fields of one record."""
        record = self._present.record(write)
        changes = []
        for change in write.changes:
            kind = self._kind(write, change)
            if kind is not None and not (kind == "computed" and self._with_computed):
                self.left.append(_left(kind, write, change))
            elif record is None or record.fields.get("IsConverted") is True:
                self.left.append(_left("gone", write, change))
            elif not self._present.has(write, change, change.after):
                known = self._present.has(write, change, change.before)
                reason: Reason = "as before" if known else "edited"
                self.left.append(_left(reason, write, change, record.fields.get(change.target)))
            else:
                changes.append(self._restored(write, change, record.fields.get(change.target)))
        if changes and write.record_id is not None:
            place = Place(write.link_id, write.side, write.object_type)
            self.writes.append(update(place, write.record_id, changes))

    def create(self, write: Write, *, archive: bool) -> None:
        """Archive a record that the pass created, if that is asked for and nobody has edited it."""
        record = self._present.record(write)
        if record is None:
            self.left.append(_left("gone", write))
        elif not archive:
            self.left.append(_left("created", write))
        elif record.fields.get("IsConverted") is True or not all(
            self._present.has(write, change, change.after)
            for change in write.changes
            if change.rule not in _COMPUTED_RULES
        ):
            self.left.append(_left("edited", write))
        else:
            self.writes.append(
                replace(
                    write,
                    key=f"{write.side}:{write.object_type}:{write.record_id}:archive",
                    operation="archive",
                    changes=(),
                    external_key=None,
                    associations=(),
                )
            )

    def removed(self, write: Write, gives_back: frozenset[Side], emptied: frozenset[Side]) -> None:
        """Take a deleted record out of its bin, or say that a person has to, or that nobody can."""
        if self._present.record(write) is not None:
            self.left.append(_left("back", write))
        elif write.operation == "purge" or write.side in emptied:
            self.left.append(_left("purged", write))
        elif write.side not in gives_back or write.object_type not in PEOPLE:
            self.left.append(_left("archived", write))
        else:
            key = f"{write.side}:{write.object_type}:{write.record_id}:restore"
            self.writes.append(replace(write, key=key, operation="restore", changes=()))

    def _kind(self, write: Write, change: FieldChange) -> Reason | None:
        """Why a change is no plain field of a person or a company; None if it is one."""
        if change.rule == "link":
            return "link"
        if change.rule == "most_restrictive":
            return "consent"
        if change.rule in _COMPUTED_RULES or change.name == _LIFECYCLE:
            return "computed"
        if _of_activity(write):
            return None
        merged = isinstance(spec_of(self._mapping, write.object_type, change), FieldSpec)
        return None if merged or change.rule != UNDO else "computed"

    def _restored(self, write: Write, change: FieldChange, present: Any) -> FieldChange:
        rule = UNDO
        if change.name == _LIFECYCLE and change.before:
            # HubSpot's lifecycle stage goes back only by way of blank.
            rule = CLEAR_THEN_SET
        return replace(
            change,
            before=present,
            after=change.before,
            value=self._base(write, change),
            rule=rule,
            why=self._why,
        )

    def _base(self, write: Write, change: FieldChange) -> Any:
        """What the base says once the value is back."""
        if _of_activity(write):
            return self._apart(write, change)
        spec = spec_of(self._mapping, write.object_type, change)
        if spec is None or not _has_counterpart(write, change, self._links, self._mapping):
            # Nothing can flow; the base goes on saying what has been said once.
            return change.value
        value = self._present.canonical(write, spec, change.before)
        return change.value if isinstance(value, Unreadable) else as_stored(value)

    def _apart(self, write: Write, change: FieldChange) -> dict[Side, Any]:
        """The two values of an activity that rest beside each other until somebody edits one of them."""
        before = {one.target: one.before for one in write.changes if one.name == change.name}
        activity = self._present.activity(write, before)
        across = other(write.side)
        kept = change.value[across] if isinstance(change.value, Mapping) else change.value
        return {write.side: stored(getattr(activity, change.name, None)), across: kept}


def undone_bases(writes: Iterable[Write]) -> Iterator[Agreement]:
    """The bases by which restored parts of activities do not flow again; to be stored before the writes are sent."""
    for write in writes:
        apart = {change.name: change.value for change in write.changes if change.rule == UNDO}
        if apart and _of_activity(write):
            yield Agreement(write.link_id, apart)


def _of_activity(write: Write) -> bool:
    return write.object_type not in PEOPLE | COMPANIES


def _has_counterpart(
    write: Write, change: FieldChange, links: Mapping[str, Link], mapping: SyncMapping
) -> bool:
    spec, twin = spec_of(mapping, write.object_type, change), twin_of(write, links)
    return isinstance(spec, FieldSpec) and twin is not None and spec.target(twin[1]) is not None


def _by_record(updates: Iterable[Write]) -> list[Write]:
    """One write for each record: each field as it was before the first, and as it was after the last."""
    found: dict[RecordKey, Write] = {}
    for write in updates:
        known = found.get(_key(write))
        if known is None:
            found[_key(write)] = write
            continue
        changes = {change.target: change for change in known.changes}
        for change in write.changes:
            first = changes.get(change.target)
            changes[change.target] = replace(change, before=first.before) if first is not None else change
        found[_key(write)] = replace(known, changes=tuple(changes.values()))
    return list(found.values())


def _key(write: Write) -> RecordKey:
    return write.side, write.object_type, write.record_id or ""


def _left(reason: Reason, write: Write, change: FieldChange | None = None, present: Any = None) -> Left:
    name, before, after = (change.name, change.before, change.after) if change is not None else (None,) * 3
    return Left(
        reason,
        write.side,
        write.object_type,
        write.record_id or "",
        write.link_id,
        name,
        before,
        after,
        present,
    )
