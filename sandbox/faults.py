"""Scripted faults: what goes wrong, for which requests, how often.

A rule is data (it comes as JSON through the control API); the script decides which rule meets a request.
Carrying a fault out on a connection is ``sandbox.asgi``'s work.
"""

import fnmatch
import itertools
import random
import re
import threading
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sandbox.distort import writes_within
from sandbox.traffic import Vendor


class PersonalEdit(BaseModel):
    """What a person does in one of the systems at the moment of a request, of either vendor.

    ``user`` is who does it: a HubSpot user id or a Salesforce user id. A record that is gone by then is left.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    vendor: Vendor
    object_type: str
    record_id: str
    fields: dict[str, Any]
    user: str


class FaultRule(BaseModel):
    """One scripted fault.

    Matching: ``vendor``, ``method`` ("*" for any), ``path`` (a glob over the path without query) or
    ``path_regex`` (searched in it), ``contains`` (text looked for in the decoded query string and the body).
    Effect, one or more of: ``status`` with ``body`` (JSON value or text) and ``headers`` answers in the
    vendor's place, after the vendor has done the work if ``commit`` is true; ``delay_s`` waits first, or with
    ``drop: "after"`` between the work and the drop; ``drop`` closes the connection without a reply, before
    or after the work; ``truncate`` closes it after that many bytes of the reply's body. ``part`` lets the
    vendor do only the first half of a batch before the failure. ``edit`` is a person's edit just before (or
    after, by ``edit_when``) the vendor does the work, and ``rows`` gives a page's records in another order
    or its last record twice, as paging does over a list that moves.
    Occasions: the first ``skip`` matches pass, then ``times`` (null: for ever) are met, each with
    ``probability`` drawn from ``seed``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    vendor: Vendor
    method: str = "*"
    path: str = "*"
    path_regex: str | None = None
    contains: str | None = None
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    body: Any = None
    headers: dict[str, str] = {}
    commit: bool = False
    delay_s: Annotated[float, Field(ge=0)] = 0.0
    drop: Literal["before", "after"] | None = None
    truncate: Annotated[int, Field(ge=0)] | None = None
    part: bool = False
    edit: PersonalEdit | None = None
    edit_when: Literal["before", "after"] = "before"
    rows: Literal["reversed", "repeated"] | None = None
    times: Annotated[int, Field(ge=1)] | None = 1
    skip: Annotated[int, Field(ge=0)] = 0
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0
    seed: int = 0

    @field_validator("path_regex")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _has_one_clear_effect(self) -> Self:
        effects = (self.status, self.delay_s or None, self.drop, self.truncate, self.edit, self.rows)
        if all(effect is None for effect in effects):
            raise ValueError("the rule does nothing: give status, delay_s, drop, truncate, edit or rows")
        if self.part and not self.commit and self.drop != "after":
            raise ValueError("part of a batch is done before a failure: give commit or drop after")
        if self.drop is not None and (self.status is not None or self.truncate is not None):
            raise ValueError("a dropped connection has no status and no body to truncate")
        if self.status is None and (self.body is not None or self.headers or self.commit):
            raise ValueError("body, headers and commit belong to a scripted reply: give its status")
        return self

    def matches(self, vendor: Vendor, method: str, path: str, query: str, body: bytes) -> bool:
        """Whether this rule speaks of that request, or of a write that travels inside it.

        ``query`` is the raw query string.
        """
        asked = [(method, path), *writes_within(vendor, path, body)]
        return any(self._matches(vendor, one, place, query, body) for one, place in asked)

    def _matches(self, vendor: Vendor, method: str, path: str, query: str, body: bytes) -> bool:
        if vendor != self.vendor or self.method not in ("*", method):
            return False
        if not fnmatch.fnmatchcase(path, self.path):
            return False
        if self.path_regex is not None and not re.search(self.path_regex, path):
            return False
        return self.contains is None or self.contains in unquote_plus(query) or self.contains.encode() in body


class _Active:
    """A rule with its count of occasions."""

    def __init__(self, number: int, rule: FaultRule) -> None:
        self.number = number
        self.rule = rule
        self.matched = 0
        self.fired = 0
        self.fired_as = 0
        self._random = random.Random(rule.seed)

    def meets(self) -> bool:
        """Note one match and say whether the fault happens."""
        if self.rule.times is not None and self.fired >= self.rule.times:
            return False
        self.matched += 1
        if self.matched <= self.rule.skip or self._random.random() >= self.rule.probability:
            return False
        self.fired += 1
        return True

    def snapshot(self) -> dict[str, Any]:
        counts = {
            "id": self.number,
            "matched": self.matched,
            "fired": self.fired,
            "fired_as": self.fired_as,
        }
        return counts | self.rule.model_dump(mode="json")


class FaultScript:
    """The rules in force, in order of arrival; the first that happens wins. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[_Active] = []
        self._numbers = itertools.count(1)
        self._occasions = itertools.count(1)

    def add(self, rule: FaultRule) -> int:
        """Put a rule in force and return its number."""
        with self._lock:
            number = next(self._numbers)
            self._active.append(_Active(number, rule))
            return number

    def remove(self, number: int) -> bool:
        """Take one rule out; False if there is no such rule."""
        with self._lock:
            kept = [active for active in self._active if active.number != number]
            found = len(kept) < len(self._active)
            self._active = kept
            return found

    def clear(self, vendor: Vendor | None = None) -> None:
        """Take out all rules, or those of one vendor."""
        with self._lock:
            self._active = [active for active in self._active if vendor not in (None, active.rule.vendor)]

    def choose(self, vendor: Vendor, method: str, path: str, query: str, body: bytes) -> FaultRule | None:
        """The rule that happens to this request, if any; counts the occasion."""
        with self._lock:
            for active in self._active:
                if active.rule.matches(vendor, method, path, query, body) and active.meets():
                    active.fired_as = next(self._occasions)
                    return active.rule
        return None

    def snapshot(self) -> list[dict[str, Any]]:
        """JSON-able: every rule with its ``id``, ``matched``, ``fired`` and ``fired_as``.

        ``fired_as`` is the place of its last firing among all firings of the script; 0: it has not fired.
        """
        with self._lock:
            return [active.snapshot() for active in self._active]
