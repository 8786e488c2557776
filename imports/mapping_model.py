"""The import mapping as a frozen value: which column becomes which HubSpot property, and how.

Here: the shape of the file and what one item of it may say. Not here: reading YAML (``mapping``), turning cells
into values (``values``).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from imports.csv_rows import Encoding, FileFormat

ValueType = Literal["text", "number", "boolean", "date", "picklist"]
Text = Annotated[str, Field(min_length=1)]
Words = Annotated[tuple[str, ...], Field(strict=False)]

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_CREATABLE = ("text", "number", "picklist")


def _check_template(template: str) -> str:
    rest = _PLACEHOLDER.sub("", template)
    if "{" in rest or "}" in rest:
        raise ValueError(f"{template!r} has a brace without its partner; write columns as {{Column name}}")
    if not all(name.strip() for name in _PLACEHOLDER.findall(template)):
        raise ValueError(f"{template!r} has empty braces; write the column's name into them")
    if not _PLACEHOLDER.search(template):
        raise ValueError(f"{template!r} names no column; write one as {{Column name}}, or use 'constant'")
    return template


Template = Annotated[str, Field(min_length=1), AfterValidator(_check_template)]


def template_columns(template: str) -> tuple[str, ...]:
    """The columns named in a template."""
    return tuple(name.strip() for name in _PLACEHOLDER.findall(template))


def filled(template: str, cells: Mapping[str, str]) -> str:
    """The template with each column's cell in its place."""
    return _PLACEHOLDER.sub(lambda match: cells[match[1].strip()], template)


def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.strip().casefold() for word in words)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FileSection(_Part):
    """How the CSV file is written.

    Attributes:
        decimal: the sign before the fraction of numbers; the other one may group thousands.
    """

    encoding: Encoding = "utf-8"
    delimiter: Literal[",", ";", "|", "tab"] = ","
    decimal: Literal[".", ","] = "."

    @property
    def form(self) -> FileFormat:
        """For the reader."""
        return FileFormat(self.encoding, "\t" if self.delimiter == "tab" else self.delimiter)


class Identity(_Part):
    """Who a row is: the e-mail address by which HubSpot knows a contact."""

    email: Template


class OptOut(_Part):
    """Whose row says yes here is unsubscribed from all e-mail. Nobody is ever subscribed by an import."""

    column: Text


class CreateProperty(_Part):
    """A property of our own, which ``create_properties`` adds when the account lacks it."""

    label: Text
    help: str = ""


class PropertyRule(_Part):
    """Where one HubSpot property comes from.

    Attributes:
        column, template, constant: exactly one of them.
        values: cell -> value, compared without case; what is not named is left out and told.
        otherwise: the value of cells that ``values`` does not name; ``""`` leaves them blank.
        blank: words that mean nothing was chosen, besides the file's own.
        format: of a date, in Python's strptime signs.
        consent: a yes is kept: a no never replaces it.
    """

    column: Text | None = None
    template: Template | None = None
    constant: str | int | float | bool | None = None
    type: ValueType = "text"
    values: dict[str, str] | None = None
    otherwise: str | None = None
    blank: Words = ()
    format: Text = "%Y-%m-%d"
    consent: bool = False
    create_property: CreateProperty | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> "PropertyRule":
        given = [name for name in ("column", "template", "constant") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("needs exactly one of 'column', 'template' and 'constant'")
        if self.otherwise is not None and self.values is None:
            raise ValueError(
                "'otherwise' says what becomes of cells that 'values' does not name; add 'values'"
            )
        if self.consent and self.type != "boolean":
            raise ValueError("'consent' is a yes or no; add 'type: boolean'")
        if "format" in self.model_fields_set and self.type != "date":
            raise ValueError("'format' is for dates; add 'type: date' or remove it")
        if self.create_property is not None and self.type not in _CREATABLE:
            raise ValueError(
                f"Accord cannot create a {self.type} property; create it in HubSpot's settings, "
                "or use 'type: picklist' with 'values'"
            )
        if self.create_property is not None and self.type == "picklist" and not self.options:
            raise ValueError("a picklist to create needs 'values', which give its options")
        if len(self.translations) < len(self.values or {}):
            raise ValueError("'values' has two lines for one word, apart from upper and lower case; keep one")
        return self

    @cached_property
    def translations(self) -> Mapping[str, str]:
        """``values`` by the cell's folded text."""
        return {cell.strip().casefold(): value for cell, value in (self.values or {}).items()}

    @cached_property
    def blank_words(self) -> frozenset[str]:
        """``blank``, folded."""
        return _folded(self.blank)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that this property is made of."""
        if self.column is not None:
            return (self.column,)
        return template_columns(self.template) if self.template is not None else ()

    @property
    def options(self) -> tuple[str, ...]:
        """Every value that ``values`` can give, in order."""
        found = [*(self.values or {}).values(), self.otherwise or ""]
        return tuple(dict.fromkeys(value for value in found if value))


class ImportMapping(_Part):
    """The whole file.

    Attributes:
        blank: words that mean nothing was chosen, in any column.
        feedback: columns that sales filled after contact. They may only become properties of their own, so that
            they never become inputs of the lead definition.
        existing: whether a contact's present values are replaced, or only its blanks filled. A blank cell never
            clears anything.
    """

    version: Literal[1]
    file: FileSection = FileSection()
    blank: Words = ("",)
    feedback: Words = ()
    identity: Identity
    opt_out: OptOut | None = None
    existing: Literal["overwrite", "fill_blanks"] = "overwrite"
    properties: dict[str, PropertyRule]

    @cached_property
    def blank_words(self) -> frozenset[str]:
        """``blank``, folded."""
        return _folded(self.blank)

    def columns(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every column that the mapping names, with the path at which it does."""
        for name in template_columns(self.identity.email):
            yield ("identity", "email"), name
        if self.opt_out is not None:
            yield ("opt_out", "column"), self.opt_out.column
        for name, rule in self.properties.items():
            for column in rule.columns:
                yield ("properties", name, "template" if rule.template else "column"), column
        for index, column in enumerate(self.feedback):
            yield ("feedback", index), column
