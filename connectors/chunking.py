"""Cutting long lists into what one call takes. Knows no vendor."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most ``size`` items, in order."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def rounds(items: Sequence[T], keys: Sequence[Hashable]) -> list[list[T]]:
    """Lists in which no key occurs twice: the n-th item of a key is in the n-th list.

    Both vendors refuse a call that names one record twice; the order of writes to one record is kept.
    """
    made: list[list[T]] = []
    count: dict[Hashable, int] = {}
    for item, key in zip(items, keys, strict=True):
        turn = count.get(key, 0)
        count[key] = turn + 1
        if turn == len(made):
            made.append([])
        made[turn].append(item)
    return made
