"""The kinds of value that a lead definition is written with: lengths of time, pages, lists, known words.

Here: how one value is read and what is said about a wrong one. Not here: which values belong together
(``definition``).
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from contract_files.hints import did_you_mean
from sla_rules.attributes_words import Words

ActivityKind = Literal[
    "page_view",
    "form_submission",
    "email_open",
    "email_click",
    "email_sent_marketing",
    "call",
    "email",
    "meeting",
    "task",
    "note",
    "event_attended",
]
InformationField = Literal[
    "email",
    "first_name",
    "last_name",
    "title",
    "company",
    "industry",
    "employees",
    "revenue",
    "country",
    "region",
    "phone",
    "source",
    "function",
    "seniority",
]

T = TypeVar("T")


class Part(BaseModel):
    """Base of everything that a lead definition is made of: frozen, nothing unknown, nothing guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _one_or_many(value: Any) -> Any:
    if isinstance(value, list | tuple):
        if not value:
            raise ValueError("is an empty list; name at least one item or remove the line")
        return value
    return [value]


def _read_duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"\s*(\d{1,6})\s*(minute|hour|day|week)s?\s*", str(value))
    if not match or int(match[1]) == 0:
        raise ValueError(f"{value!r} is not a length of time; write it like '24 hours' or '7 days'")
    return timedelta(**{f"{match[2]}s": int(match[1])})


def _known_value(kind: str) -> AfterValidator:
    def check(value: str, info: ValidationInfo) -> str:
        words: Words = (info.context or {}).get("words") or Words.shipped()
        known = words.values(kind)
        if value not in known:
            raise ValueError(f"{value!r} is not a known {kind}; {did_you_mean(value, known)}")
        return value

    return AfterValidator(check)


@dataclass(frozen=True)
class _Listed:
    """What an editor offers for a known word; ``open`` kinds take new ones from the section ``words``."""

    kind: str
    open: bool = False

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        known = {"enum": list(Words.shipped().values(self.kind))}
        return {"anyOf": [known, handler(schema)]} if self.open else known


def _read_domain(value: str) -> str:
    folded = value.strip().lower().removeprefix("@").removeprefix("www.")
    if not re.fullmatch(r"[^\s@/:]+\.[^\s@/:.]+", folded):
        raise ValueError(f"{value!r} is not a mail domain; write it like 'example.com'")
    return folded


def _read_page(value: str) -> str:
    if not value.startswith("/") or re.search(r"[?#\s]", value):
        raise ValueError(f"{value!r} is not a page; write its path, like '/pricing' or '/case-studies'")
    return value.lower().rstrip("/")


def _has_letters(value: str) -> str:
    if not any(sign.isalnum() for sign in value):
        raise ValueError(f"{value!r} has no letters or digits; write the words to look for")
    return value


Text = Annotated[str, Field(min_length=1)]
Word = Annotated[str, Field(min_length=1), AfterValidator(_has_letters)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Many = Annotated[tuple[T, ...], Field(strict=False), BeforeValidator(_one_or_many)]
_Length = Annotated[
    str, Field(pattern=r"^\s*[0-9]{1,6}\s*(minute|hour|day|week)s?\s*$", examples=["24 hours", "7 days"])
]
Duration = Annotated[timedelta, BeforeValidator(_read_duration, json_schema_input_type=_Length)]
MailDomain = Annotated[str, AfterValidator(_read_domain)]
Page = Annotated[str, AfterValidator(_read_page)]
Function = Annotated[str, _known_value("function"), _Listed("function", open=True)]
Seniority = Annotated[str, _known_value("seniority"), _Listed("seniority")]
Industry = Annotated[str, _known_value("industry"), _Listed("industry", open=True)]
Country = Annotated[str, _known_value("country"), _Listed("country")]
Region = Annotated[str, _known_value("region"), _Listed("region")]
