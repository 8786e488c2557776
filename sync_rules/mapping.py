"""From the mapping's YAML text to a checked ``Mapping``, or to every problem at once with its line.

No opinion on what the fields mean: the models in ``mapping_model.py`` hold those, and are offered here too.
"""

from collections.abc import Collection, Iterator, Sequence
from importlib.resources import files
from typing import Any, TypeVar
from zoneinfo import available_timezones

from contract_files.errors import ContractError
from contract_files.hints import did_you_mean
from contract_files.lines import Finding, Path, parse_contract
from contract_files.problems import checked
from sync_rules.mapping_activities import Activities, ActivityKind, KindSpec, RollUp
from sync_rules.mapping_caps import Cap, Caps, CapSet
from sync_rules.mapping_model import (
    OBJECT_TYPES,
    Admission,
    Companies,
    ComputedSpec,
    FieldSpec,
    HoldAlarm,
    HoldRules,
    Identity,
    Lifecycle,
    Mapping,
    Owners,
    People,
    ValueMap,
    ValuePair,
    ValueSpec,
)

__all__ = [
    "Activities", "ActivityKind", "Admission", "Cap", "CapSet", "Caps", "Companies", "ComputedSpec",
    "FieldSpec", "HoldAlarm", "HoldRules", "Identity", "KindSpec", "Lifecycle", "Mapping", "MappingError",
    "Owners", "People", "RollUp", "ValueMap", "ValuePair", "ValueSpec", "load_mapping", "load_shipped_mapping",
    "shipped_mapping_text",
]  # fmt: skip

_Spec = TypeVar("_Spec", bound=ValueSpec)


class MappingError(ContractError):
    """The mapping cannot be used; ``problems`` holds ``file:line: what, and what to do``, in file order."""


def shipped_mapping_text() -> str:
    """The mapping that ships with Accord, as YAML."""
    return files("sync_rules").joinpath("mapping.yaml").read_text(encoding="utf-8")


def load_shipped_mapping() -> Mapping:
    """The mapping that ships with Accord."""
    return load_mapping(shipped_mapping_text(), source="mapping.yaml")


def load_mapping(text: str, *, source: str) -> Mapping:
    """Read and check a mapping; ``source`` is the file's name for messages.

    Raises:
        MappingError: with every problem that the text alone can show.
    """
    try:
        document = parse_contract(text, source=source)
    except ContractError as error:
        raise MappingError(error.problems) from error
    if not isinstance(document.value, dict):
        raise MappingError([f"{source}:1: no keys here; start from the shipped mapping.yaml"])
    mapping, found = checked(document, Mapping, filled_in=("name",))
    problems = document.problems([*found, *_cross_references(document.value)])
    if mapping is None or problems:
        raise MappingError(problems)
    return _named(mapping)


def _named(mapping: Mapping) -> Mapping:
    """The mapping with each field knowing its own name."""

    def name(specs: dict[str, _Spec]) -> dict[str, _Spec]:
        return {key: spec.model_copy(update={"name": key}) for key, spec in specs.items()}

    people = mapping.people.model_copy(
        update={"fields": name(mapping.people.fields), "computed": name(mapping.people.computed)}
    )
    companies = mapping.companies.model_copy(update={"fields": name(mapping.companies.fields)})
    return mapping.model_copy(update={"people": people, "companies": companies})


# ---- what one entry cannot know about the others; on raw data, so that it shows beside the other problems


def _cross_references(data: dict[str, Any]) -> Iterator[Finding]:
    sections: dict[Path, dict[str, Any]] = {
        path: _dict_at(data, path)
        for path in (("people", "fields"), ("people", "computed"), ("companies", "fields"))
    }
    for path, section in sections.items():
        for key, entry in section.items():
            if isinstance(entry, dict) and "name" in entry:
                yield (*path, key, "name"), "the key above already is the field's name; remove this line"
    fields, computed = sections["people", "fields"], sections["people", "computed"]
    for key in sorted(fields.keys() & computed.keys()):
        yield ("people", "computed", key), f"{key!r} is also under 'fields'; keep one of the two"
    yield from _same_target_twice([("people", "fields"), ("people", "computed")], data)
    yield from _same_target_twice([("companies", "fields")], data)
    minimum = _dict_at(data, ("admission",)).get("minimum")
    for index, wanted in enumerate(minimum if isinstance(minimum, list) else []):
        if isinstance(wanted, str) and wanted not in fields:
            what = f"{wanted!r} is no field of 'people'; {did_you_mean(wanted, fields)}"
            yield ("admission", "minimum", index), what
    companies = sections["companies", "fields"]
    for key, entry in {**fields, **computed}.items():
        if isinstance(entry, dict) and entry.get("type") == "company":
            path = ("people", "fields" if key in fields else "computed", key, "type")
            yield path, "only companies name a company; move the field under 'companies' or change its type"
    yield from _capped(data, {*fields, *computed, *companies})
    zone = _dict_at(data, ("activities", "roll_up")).get("time_zone")
    if isinstance(zone, str) and zone not in available_timezones():
        hint = did_you_mean(zone, available_timezones(), otherwise="use one like Europe/Berlin")
        yield ("activities", "roll_up", "time_zone"), f"{zone!r} is no time zone; {hint}"


def _capped(data: dict[str, Any], fields: Collection[str]) -> Iterator[Finding]:
    """A cap on something that does not exist would guard nothing."""
    for key in _dict_at(data, ("caps", "fields")):
        if key not in fields:
            yield ("caps", "fields", key), f"{key!r} is no field of the mapping; {did_you_mean(key, fields)}"
    for key in _dict_at(data, ("caps", "objects")):
        if key not in OBJECT_TYPES:
            hint = did_you_mean(key, OBJECT_TYPES, otherwise=f"there are {', '.join(OBJECT_TYPES)}")
            yield ("caps", "objects", key), f"{key!r} is no object that Accord writes; {hint}"


def _same_target_twice(paths: Sequence[Path], data: dict[str, Any]) -> Iterator[Finding]:
    for side_key in ("hubspot", "lead", "contact", "account"):
        owners: dict[str, str] = {}
        for path in paths:
            for key, entry in _dict_at(data, path).items():
                target = entry.get(side_key) if isinstance(entry, dict) else None
                if not isinstance(target, str):
                    continue
                if target in owners:
                    what = f"{target!r} is already mapped by {owners[target]!r}; remove one of the two"
                    yield (*path, key, side_key), what
                owners.setdefault(target, key)


def _dict_at(data: Any, path: Path) -> dict[str, Any]:
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}
