"""What Dagster keeps of a step: the same seven numbers for every asset, then its own figures and texts.

Dagster keeps and shows metadata to everybody who reaches its pages, so nobody's address goes through here.
"""

import re
from collections.abc import Mapping

import dagster as dg

from passes.step import StepResult

# How the steps' own figures add up to the numbers that every asset shows.
_READ_ENDINGS = (" read", " looked at")
_READ_NAMES = {"considered", "judged"}
# Markdown puts backslashes before some signs.
_ADDRESS = re.compile(r"[\w.+%'\\-]+@[\w\\-]+(?:\.[\w\\-]+)+", re.IGNORECASE)


def metadata_of(result: StepResult) -> dict[str, dg.MetadataValue]:
    """Numbers that Dagster plots, and Markdown."""
    return {
        **_numbers(_in_common(result.figures)),
        **{title: dg.MetadataValue.md(without_addresses(text)) for title, text in result.texts.items()},
        **_numbers(result.figures),
    }


def without_addresses(text: str) -> str:
    """``text`` with e-mail addresses called ``person 1``, ``person 2`` ... in the order in which they come."""
    called: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        return called.setdefault(match[0].replace("\\", "").lower(), f"person {len(called) + 1}")

    return _ADDRESS.sub(name, text)


def _in_common(figures: Mapping[str, float]) -> dict[str, float]:
    def is_read(name: str) -> bool:
        return name.endswith(_READ_ENDINGS) or name in _READ_NAMES

    def total(*endings: str) -> float:
        return sum(value for name, value in figures.items() if name.endswith(endings))

    return {
        "read": sum(value for name, value in figures.items() if is_read(name)),
        "planned": figures.get("writes planned", 0),
        "written": figures.get("written", 0),
        "held": figures.get("held", total(" held")),
        "failed": figures.get("failed", 0),
        "api_calls": total("_api_calls"),
        "seconds": figures.get("seconds", 0.0),
    }


def _numbers(figures: Mapping[str, float]) -> dict[str, dg.MetadataValue]:
    return {
        name: dg.MetadataValue.int(int(value))
        if float(value).is_integer()
        else dg.MetadataValue.float(float(value))
        for name, value in figures.items()
    }
