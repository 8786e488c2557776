"""Record ids: key prefix, base-62 counter, and the checksum that makes 15 characters 18.

Nothing here knows objects or rows.
"""

import re

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?\Z")
NO_RECORD_TYPE_ID = "012000000000000AAA"


def with_checksum(id15: str) -> str:
    """The 18-character form of a 15-character id."""
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << k for k, char in enumerate(id15[start : start + 5]) if "A" <= char <= "Z")
        suffix += _CHECKSUM[bits]
    return id15 + suffix


def to_id18(raw: str) -> str | None:
    """The 18-character form of a 15- or 18-character id, or None when ``raw`` is no id at all.

    An 18-character id is case-insensitive: its last three characters restore the case of the first 15.
    """
    if not _ID.match(raw):
        return None
    if len(raw) == 15:
        return with_checksum(raw)
    if with_checksum(raw[:15]) == raw:
        return raw
    return _recase(raw)


def _recase(raw: str) -> str | None:
    restored = ""
    for block, check in enumerate(raw[15:].upper()):
        bits = _CHECKSUM.find(check)
        if bits < 0:
            return None
        for k, char in enumerate(raw[block * 5 : block * 5 + 5]):
            restored += char.upper() if bits >> k & 1 else char.lower()
    return with_checksum(restored) if with_checksum(restored)[15:] == raw[15:].upper() else None


class IdFactory:
    """Hands out ascending ids per key prefix.

    Args:
        seed: moves the counters' start, so that two orgs do not share ids.
    """

    def __init__(self, seed: int) -> None:
        self._start = 1_000_000 + (seed % 1_000) * 10_000_000
        self._next: dict[str, int] = {}

    def new(self, prefix: str) -> str:
        """A fresh 18-character id that begins with ``prefix``."""
        number = self._next.get(prefix, self._start)
        self._next[prefix] = number + 1
        digits = ""
        for _ in range(9):
            number, digit = divmod(number, 62)
            digits = _ALPHABET[digit] + digits
        return with_checksum(f"{prefix}5g0{digits}")
