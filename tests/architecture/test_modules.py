"""Every module is small, says what belongs in it, and measures time with its zone."""

import ast

from tests.architecture.tree import CHECKED, EVERYTHING, calls, modules, named, syntax

MOST_LINES = 400
DRAWERS = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in modules(*CHECKED)}

    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [
        named(path)
        for path in modules(*CHECKED)
        if path.read_text("utf-8").strip() and not ast.get_docstring(syntax(path))
    ]

    assert silent == []


def test_no_module_is_a_drawer() -> None:
    assert [named(path) for path in modules(*CHECKED) if path.name in DRAWERS] == []


def test_no_datetime_is_naive() -> None:
    found = []
    for path in modules(*EVERYTHING):
        for call, name in calls(path):
            given = len(call.args) + len(call.keywords)
            last = name.rpartition("datetime.")[2] if "datetime." in name else ""
            if (
                (last == "now" and given == 0)
                or (last == "fromtimestamp" and given < 2)
                or last in {"utcnow", "utcfromtimestamp", "today"}
                or name.endswith("date.today")
            ):
                found.append(f"{named(path)}:{call.lineno} {name}")

    assert found == []
