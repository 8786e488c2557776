"""What ``accord init`` must know about a business, how it is asked, and how an answer is read.

Writing the answers into a template is ``filled.py``'s.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

import holidays

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
Read = Callable[[str], Any]


@dataclass(frozen=True)
class Question:
    """One thing to know.

    Attributes:
        key: its name in ``--answer key=value``.
        ask: the question for people.
        read: from what was typed to the value; raises ValueError with the remedy.
        default: what is proposed; None where only the business itself can know.
    """

    key: str
    ask: str
    read: Read
    default: str | None = None


def _words(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise ValueError("is empty")
    return words


def _names(text: str) -> tuple[str, ...]:
    return tuple(_words(part) for part in text.split(",") if part.strip())


def _some_names(text: str) -> tuple[str, ...]:
    found = _names(text)
    if not found:
        raise ValueError("is empty; write one or several with commas between them")
    return found


def _domains(text: str) -> tuple[str, ...]:
    found = tuple(part.lower().removeprefix("www.") for part in _names(text))
    for one in found:
        if not _DOMAIN.fullmatch(one):
            raise ValueError(f"{one!r} is no mail domain; write for example acme.com")
    return found


def _some_domains(text: str) -> tuple[str, ...]:
    found = _domains(text)
    if not found:
        raise ValueError("is empty; write for example acme.com")
    return found


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError(f"{text!r} is no time zone; write a name such as Europe/Berlin")
    return text


def _holidays(text: str) -> Mapping[str, str]:
    country, _, subdivision = text.upper().strip().partition("-")
    known = holidays.list_supported_countries()
    if country not in known:
        raise ValueError(f"no holidays are known of {text!r}; write a country such as DE, or DE-BE")
    if subdivision and subdivision not in known[country]:
        parts = ", ".join(known[country]) or "none"
        raise ValueError(f"{country} has no part {subdivision!r}; known are {parts}")
    return {"country": country} | ({"subdivision": subdivision} if subdivision else {})


def _countries(text: str) -> tuple[str, ...]:
    found = tuple(part.upper() for part in _some_names(text))
    for one in found:
        if not re.fullmatch(r"[A-Z]{2}", one):
            raise ValueError(f"{one!r} is no country; write two letters each, such as DE, AT, CH")
    return found


def _currency(text: str) -> str:
    code = text.upper().strip()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(f"{text!r} is no currency; write three letters such as EUR")
    return code


def _count(text: str) -> int:
    if not text.strip().isdecimal() or int(text) < 1:
        raise ValueError(f"{text!r} is no number of leads; write for example 40")
    return int(text)


def questions(*, leads_per_month: int) -> tuple[Question, ...]:
    """All questions, in the order in which they are asked."""
    return (
        Question("company", "The company's name", _words),
        Question("domains", "Mail domains of your own people (with commas between them)", _some_domains),
        Question("competitors", "Mail domains of competitors (blank if none)", _domains, ""),
        Question("countries", "Countries that you sell to, two letters each", _countries),
        Question("time_zone", "Time zone of the sales team", _zone, "Europe/Berlin"),
        Question("holidays", "Whose public holidays it has: country, or country-part", _holidays, "DE"),
        Question("currency", "Currency of your amounts", _currency, "EUR"),
        Question("signed_by", "Who agrees to it, of both teams (with commas)", _some_names),
        Question(
            "leads_per_month", "Qualified leads that marketing promises a month", _count, str(leads_per_month)
        ),
    )
