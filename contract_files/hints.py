"""What the writer of a contract may have meant: the nearest known name, and the keys that may stand somewhere."""

import difflib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingType
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from contract_files.lines import Path

_MOST_SHOWN = 14


def did_you_mean(word: object, known: Iterable[str], *, otherwise: str | None = None) -> str:
    """``did you mean 'pricing'?`` for a near miss, else what is possible.

    Args:
        word: what was written.
        known: what could have been written, in any order.
        otherwise: said in place of a long list when nothing is near.
    """
    names = sorted(set(known))
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(str(word).casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean {folded[near[0]]!r}?"
    if otherwise is not None and len(names) > _MOST_SHOWN:
        return otherwise
    if len(names) < 2:
        return f"use {names[0]}" if names else "remove it"
    shown = ", ".join(names[:_MOST_SHOWN])
    return f"use one of: {shown}" + (", ..." if len(names) > _MOST_SHOWN else "")


def keys_allowed(model: type[BaseModel], path: Path) -> set[str]:
    """Names of the keys that may stand at ``path`` of a contract of ``model``.

    Parts of ``path`` that the model does not have are passed over: pydantic's names of the branches of a union.
    """
    level: list[Any] = [model]
    for part in path:
        level = [inner for annotation in level for inner in _inside(annotation, part)] or level
    return {
        info.alias or name
        for annotation in level
        for one in _branches(annotation)
        if _is_model(one)
        for name, info in one.model_fields.items()
    }


def _inside(annotation: Any, part: str | int) -> Iterator[Any]:
    for one in _branches(annotation):
        origin = get_origin(one)
        if _is_model(one):
            yield from (
                info.annotation for name, info in one.model_fields.items() if part in (name, info.alias)
            )
        elif origin in (dict, MappingType):
            yield get_args(one)[1]
        elif origin in (list, tuple) and isinstance(part, int):
            yield from (argument for argument in get_args(one) if argument is not Ellipsis)


def _branches(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        for argument in get_args(annotation):
            yield from _branches(argument)
    elif origin is Annotated:
        yield from _branches(get_args(annotation)[0])
    else:
        yield annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
