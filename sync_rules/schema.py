"""What a side says about one of its fields, as far as planning needs it.

Values only. The connectors' own field descriptions satisfy ``SchemaLike`` as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class SchemaLike(Protocol):
    """A field as its side describes it; ``options`` are the API values of a picklist."""

    @property
    def name(self) -> str:
        """The API name."""

    @property
    def label(self) -> str:
        """As people see it."""

    @property
    def required(self) -> bool:
        """A record cannot be made without it."""

    @property
    def type(self) -> str:
        """The kind of value."""

    @property
    def max_length(self) -> int | None:
        """In characters; None for no limit."""

    @property
    def options(self) -> tuple[str, ...]:
        """API values of a picklist."""

    @property
    def restricted(self) -> bool:
        """Other values than the options are refused."""

    @property
    def writable_on_create(self) -> bool:
        """May be given when a record is made."""

    @property
    def writable_on_update(self) -> bool:
        """May be changed later."""


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """The plain form of ``SchemaLike``."""

    name: str
    type: str = "text"
    max_length: int | None = None
    options: tuple[str, ...] = ()
    restricted: bool = False
    writable_on_create: bool = True
    writable_on_update: bool = True
    label: str = ""
    required: bool = False


ObjectSchema = Mapping[str, SchemaLike]
Schemas = Mapping[str, ObjectSchema]
