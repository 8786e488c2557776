"""Reading the SLA from YAML: every problem at once, each with its line and its remedy.

Only text in, contract or problems out; who reads the file is the caller's business.
"""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from contract_files.errors import ContractError
from contract_files.hints import did_you_mean
from contract_files.lines import Finding, parse_contract
from contract_files.problems import checked
from sla_rules.sla import SlaContract


class SlaError(ContractError):
    """The SLA cannot be used; ``problems`` has one ``file:line: what, and what to do`` each."""


def shipped_sla() -> SlaContract:
    """The agreement that comes with the package."""
    return load_sla(files("sla_rules").joinpath("sla.yaml").read_text("utf-8"), source="sla_rules/sla.yaml")


def load_sla(text: str, *, source: str) -> SlaContract:
    """Reads a contract.

    Args:
        text: YAML.
        source: the name that messages give (``sla.yaml``).

    Raises:
        SlaError: with all problems at once.
    """
    try:
        document = parse_contract(text, source=source)
    except ContractError as error:
        raise SlaError(error.problems) from error
    if not isinstance(document.value, dict):
        what = "an SLA is a group of title, calendars, commitments ...; begin with the shipped sla.yaml"
        raise SlaError([f"{source}:1: {what}"])
    contract, found = checked(document, SlaContract)
    problems = document.problems([*found, *_cross_problems(document.value)])
    if contract is None or problems:
        raise SlaError(problems)
    return contract


def _cross_problems(value: dict[str, Any]) -> Iterator[Finding]:
    """What only shows when parts are compared; parts of the wrong shape are left to the model."""
    calendars = value.get("calendars")
    commitments = _mappings(value.get("commitments"))
    owners = _mappings(value.get("owners"))
    for section, parts in (("commitments", commitments), ("owners", owners)):
        for index, part in parts:
            name = part.get("calendar")
            if isinstance(name, str) and isinstance(calendars, dict) and name not in calendars:
                hint = did_you_mean(name, [str(known) for known in calendars])
                yield (section, index, "calendar"), f"no calendar is called {name!r}; {hint}"
    yield from _twice("commitments", "id", commitments, "each commitment needs an id of its own")
    yield from _twice("owners", "owner", owners, "put all that differs for one owner in one entry")
    stops = [(i, {"stop": _event(part.get("stop"))}) for i, part in commitments if part.get("stop")]
    yield from _twice("commitments", "stop", stops, "keep one commitment for this event")


def _event(stop: object) -> str:
    words = str(stop)
    return "further touches" if "further touch" in words else words


def _mappings(value: object) -> list[tuple[int, dict[str, Any]]]:
    return (
        [(i, part) for i, part in enumerate(value) if isinstance(part, dict)]
        if isinstance(value, list)
        else []
    )


def _twice(section: str, key: str, parts: list[tuple[int, dict[str, Any]]], remedy: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, part in parts:
        name = part.get(key)
        if isinstance(name, str) and name.strip().lower() in seen:
            yield (section, index, key), f"{key} {name!r} stands twice; {remedy}"
        seen.add(str(name).strip().lower())
