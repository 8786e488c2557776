"""From the mapping's YAML text to a checked ``Mapping``, or to every problem at once with its line.

No opinion on what the fields mean: the models in ``mapping_model.py`` hold those, and are offered here too.
"""

import types
import typing
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from importlib.resources import files
from typing import Any, TypeVar
from zoneinfo import available_timezones

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sync_rules.mapping_model import (
    Activities,
    ActivityKind,
    Admission,
    Cap,
    Caps,
    CapSet,
    Companies,
    ComputedSpec,
    FieldSpec,
    Identity,
    KindSpec,
    Lifecycle,
    Mapping,
    Owners,
    People,
    RollUp,
    ValueMap,
    ValuePair,
    ValueSpec,
)
from sync_rules.yaml_lines import Document, Path, YamlError, read_yaml

__all__ = [
    "Activities", "ActivityKind", "Admission", "Cap", "CapSet", "Caps", "Companies", "ComputedSpec",
    "FieldSpec", "Identity", "KindSpec", "Lifecycle", "Mapping", "MappingError", "Owners", "People",
    "RollUp", "ValueMap", "ValuePair", "ValueSpec", "load_mapping", "load_shipped_mapping",
    "shipped_mapping_text",
]  # fmt: skip

_Spec = TypeVar("_Spec", bound=ValueSpec)
_Found = tuple[Path, str]


class MappingError(ValueError):
    """The mapping cannot be used; ``problems`` holds ``file:line: what, and what to do``, in file order."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


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
        document = read_yaml(text, source=source)
    except YamlError as error:
        raise MappingError(error.problems) from error
    if not isinstance(document.data, dict):
        raise MappingError([f"{source}:1: no keys here; start from the shipped mapping.yaml"])
    found = list(_cross_references(document.data))
    try:
        mapping = Mapping.model_validate(document.data)
    except ValidationError as error:
        found += [_explain(detail) for detail in error.errors()]
        raise MappingError(_sentences(document, found)) from error
    if found:
        raise MappingError(_sentences(document, found))
    return _named(mapping)


def _sentences(document: Document, found: Sequence[_Found]) -> list[str]:
    ordered = sorted(found, key=lambda problem: document.line(problem[0]))
    sentences = [
        f"{document.where(path)}: {'.'.join(map(str, path)) or 'file'}: {what}" for path, what in ordered
    ]
    return list(dict.fromkeys(sentences))


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


def _cross_references(data: dict[str, Any]) -> Iterator[_Found]:
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
        yield ("people", "computed", key), f"`{key}` is also under `fields`; keep one of the two"
    yield from _same_target_twice([("people", "fields"), ("people", "computed")], data)
    yield from _same_target_twice([("companies", "fields")], data)
    minimum = _dict_at(data, ("admission",)).get("minimum")
    for index, wanted in enumerate(minimum if isinstance(minimum, list) else []):
        if isinstance(wanted, str) and wanted not in fields:
            yield ("admission", "minimum", index), _unknown(wanted, fields, "field of `people`")
    zone = _dict_at(data, ("activities", "roll_up")).get("time_zone")
    if isinstance(zone, str) and zone not in available_timezones():
        yield ("activities", "roll_up", "time_zone"), _unknown(zone, available_timezones(), "time zone")


def _same_target_twice(paths: Sequence[Path], data: dict[str, Any]) -> Iterator[_Found]:
    for side_key in ("hubspot", "lead", "contact", "account"):
        owners: dict[str, str] = {}
        for path in paths:
            for key, entry in _dict_at(data, path).items():
                target = entry.get(side_key) if isinstance(entry, dict) else None
                if not isinstance(target, str):
                    continue
                if target in owners:
                    what = f"`{target}` is already mapped by `{owners[target]}`; remove one of the two"
                    yield (*path, key, side_key), what
                owners.setdefault(target, key)


def _dict_at(data: Any, path: Path) -> dict[str, Any]:
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


# ---- pydantic's findings in words for a RevOps admin


def _explain(detail: ErrorDetails) -> _Found:
    path: Path = tuple(part for part in detail["loc"])
    kind, given = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return path, _unknown(str(path[-1]), _keys_allowed(path[:-1]), "key")
    if kind == "missing":
        return path, f"`{path[-1]}` is missing; add it"
    if kind == "literal_error":
        return path, f"{given!r} is not possible here; use {detail.get('ctx', {}).get('expected', '')}"
    if kind == "string_type":
        return path, f"{given!r} is not text; put it in quotes"
    if kind == "value_error":
        return path, str(detail["msg"]).removeprefix("Value error, ")
    message = detail["msg"]
    return path, f"{message[0].lower()}{message[1:]}, but this is {given!r}; correct the value"


def _unknown(given: str, known: typing.Collection[str], what: str) -> str:
    near = get_close_matches(given, known, n=1)
    if near:
        return f"`{given}` is no {what}; did you mean `{near[0]}`?"
    choice = ", ".join(sorted(known)) if len(known) <= 25 else "a name from the tz database"
    return f"`{given}` is no {what}; use one of: {choice}"


def _keys_allowed(path: Path) -> list[str]:
    """The keys of the model at ``path``, found by walking the annotations."""
    at: Any = Mapping
    for part in path:
        model = _model_in(at)
        if model is not None:
            field = model.model_fields.get(str(part))
            at = field.annotation if field else None
        else:
            arguments = [a for a in typing.get_args(at) if a is not Ellipsis]
            at = arguments[-1] if arguments else None
    model = _model_in(at)
    return [key for key in model.model_fields if key != "name"] if model else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation is, or may be (``X | None``)."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return next((m for a in typing.get_args(annotation) if (m := _model_in(a))), None)
    return None
