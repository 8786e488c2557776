"""Lines of a contract that hold a secret: contracts are kept in git, printed and stored whole, secrets never are.

Looks at the text itself, comments too. What is found is never repeated.
"""

import re
from collections.abc import Iterator

_NAMED = re.compile(
    r"""(?ix) (?: ^ | [\s{,\#"'] )
    (?: [\w-]* (?: token | passw(?:or)?d | passwd | api[_-]?key | client[_-]?secret | secret | credentials? ) )
    ["']? \s* [:=] \s* ["']? (?P<value> [^\s"',}\#]{6,} )"""
)
_LOOKS_LIKE = (
    re.compile(r"\bpat-[a-z]{2}\d?-[\w-]{8,}", re.IGNORECASE),
    re.compile(r"\b00D\w{12,15}![\w.]{8,}"),
    re.compile(r"\bbearer\s+[\w.~+/-]{16,}", re.IGNORECASE),
    re.compile(r"://[^/\s:@]+:[^/\s@]+@"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"\bxox[abprs]-[\w-]{10,}"),
    re.compile(r"\bhooks\.slack\.com/services/\w+/\w+/\w+"),
    re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
)
REMEDY = (
    "holds a secret; take it out, set it as an environment variable (ACCORD_…), and replace it where it was "
    "issued, since files are copied and kept"
)


def secret_lines(text: str) -> Iterator[int]:
    """Numbers, from 1, of the lines that hold something like a token, a password or a key."""
    for number, line in enumerate(text.splitlines(), 1):
        named = _NAMED.search(line)
        # $NAME and <name> stand for a secret that is elsewhere.
        told = named is not None and not named["value"].startswith(("$", "<", "…", "*"))
        if told or any(pattern.search(line) for pattern in _LOOKS_LIKE):
            yield number
