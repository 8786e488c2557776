"""Tracked files name no machine, no registry and no unfinished work."""

import re

import pytest

from tests.architecture.tree import ROOT, named, tracked

TEXT = {
    "", ".cfg", ".css", ".csv", ".html", ".ini", ".json", ".lark", ".mako", ".md", ".py", ".sh", ".svg", ".toml",
    ".txt", ".yaml", ".yml",
}  # fmt: skip

# Put together here, so that this file does not find itself.
FORBIDDEN = {
    "a package registry": r"py" r"pi\.org|python" r"hosted\.org|--(extra-)?index" r"-url|find" r"-links",
    "a path of one machine": r"(?<![\w.])/(wo" r"rk|ro" r"ot|ho" r"me|Us" r"ers)/\w",
    "unfinished work": r"(#|//|<!--|\*)\s*(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b",
    "a vendor's secret": r"\bpat-(na|eu)\d-(?!0{8}|12345678)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = []
    for path in tracked():
        if path.suffix not in TEXT:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{named(path)}:{number}: {line.strip()[:120]}")

    assert found == []


def test_every_dependency_is_pinned_by_version_alone() -> None:
    lines = [
        line.strip()
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]

    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []
