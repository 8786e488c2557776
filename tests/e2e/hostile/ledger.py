"""What people did, written down as they did it: the machine's own memory, which Accord never sees."""

from dataclasses import dataclass, field
from typing import Literal

Side = Literal["hubspot", "salesforce"]


@dataclass(frozen=True, slots=True)
class Field:
    """A mapped field of text: its names, and what an emptied value does."""

    name: str
    contact_property: str
    lead: str
    contact: str | None
    blanks_flow: bool


FIELDS = (
    Field("title", "jobtitle", "Title", "Title", blanks_flow=True),
    Field("city", "city", "City", "MailingCity", blanks_flow=False),
    Field("company", "company", "Company", None, blanks_flow=False),
    Field("website", "website", "Website", None, blanks_flow=False),
    Field("first_name", "firstname", "FirstName", "FirstName", blanks_flow=False),
)


@dataclass(frozen=True, slots=True)
class Edit:
    """One field as a person left it; None: emptied."""

    field: Field
    side: Side
    value: str | None


@dataclass(slots=True)
class Person:
    """Somebody, and everything that was done to them.

    Attributes:
        by_hand: records that people entered, by side.
        edits: the last edit of each field, by its name.
        disturbed: a record was deleted, restored or merged: what became of values then is the vendors' doing.
        refused_on: after how many passes a refusal was entered on the record of that side.
        activities: subjects of activities, by the side on which they were logged.
        mails: Message-IDs of mails, and the sides whose tools logged them.
    """

    number: int
    by_hand: dict[Side, int] = field(default_factory=lambda: {"hubspot": 0, "salesforce": 0})
    edits: dict[str, Edit] = field(default_factory=dict)
    disturbed: bool = False
    converted: bool = False
    opted_out: bool = False
    do_not_call: bool = False
    refused_on: dict[Side, int] = field(default_factory=dict)
    asked: bool = False
    activities: dict[str, Side] = field(default_factory=dict)
    mails: dict[str, set[Side]] = field(default_factory=dict)

    @property
    def last_name(self) -> str:
        """By which the person is known in both systems; nobody ever edits it."""
        return f"Person{self.number}"

    @property
    def email(self) -> str:
        return f"person{self.number}@nordwerk.example"
