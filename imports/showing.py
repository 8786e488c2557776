"""A plan or a report as tables, as JSON-able data and as a CSV file of the rows that were not loaded.

Values in, plain data out: the command line prints it. Cells of the file are safe to open in a spreadsheet.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TextIO

from imports.people import DuplicateRow, LeftOut, RefusedRow
from imports.plan import ImportPlan
from imports.report import ImportReport

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
_MOST_LINES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Table:
    """A table to print: all cells are plain text and may hold anything that was in the file."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def plan_tables(plan: ImportPlan) -> list[Table]:
    """What the import would do."""
    counts = [
        ("rows in the file", plan.rows),
        ("people to load", plan.ready),
        ("of these repaired", len(plan.repaired)),
        ("of these to unsubscribe from e-mail", plan.opt_outs),
        ("refused", len(plan.refused)),
        ("duplicates", len(plan.duplicates)),
        ("values left out", len(plan.left_out)),
        ("columns not loaded", len(plan.not_loaded)),
    ]
    tables = [_counts("Plan of the import", counts)]
    if plan.problems:
        tables.append(Table("Problems", ("problem",), tuple((problem,) for problem in plan.problems)))
    return tables + _details(plan.repaired, plan.refused, plan.duplicates, plan.left_out)


def report_tables(report: ImportReport) -> list[Table]:
    """What the import did."""
    counts = [
        ("rows read", report.rows),
        ("loaded", report.loaded),
        ("of these created", report.created),
        ("of these updated", report.updated),
        ("of these unchanged", report.unchanged),
        ("of these repaired", len(report.repaired)),
        ("refused", len(report.refused)),
        ("duplicates", len(report.duplicates)),
        ("values left out", len(report.left_out)),
        ("unsubscribed from e-mail", report.unsubscribed),
        ("not unsubscribed, though asked for", len(report.not_unsubscribed)),
    ]
    tables = [_counts("Import", counts)]
    if report.stopped is not None:
        tables.append(Table("Ended early", ("why",), ((report.stopped,),)))
    if report.not_unsubscribed:
        rows = ((str(one.line), one.email, one.reason) for one in report.not_unsubscribed)
        tables.append(Table("Unsubscribe these people by hand", ("line", "e-mail", "why"), tuple(rows)))
    return tables + _details(report.repaired, report.refused, report.duplicates, report.left_out)


def plan_json(plan: ImportPlan) -> dict[str, Any]:
    """The plan for a script: counts, and every row that would not be loaded, by line."""
    return {
        "file": str(plan.path),
        "mapping": plan.mapping.document.source,
        "rows": plan.rows,
        "ready": plan.ready,
        "opt_outs": plan.opt_outs,
        "not_loaded_columns": list(plan.not_loaded),
        "problems": list(plan.problems),
        **_lists(plan.repaired, plan.refused, plan.duplicates, plan.left_out),
    }


def report_json(report: ImportReport) -> dict[str, Any]:
    """The report for a script: counts, and every row that was not loaded, by line."""
    return {
        "file": str(report.path),
        "mapping": report.mapping,
        "rows": report.rows,
        "loaded": report.loaded,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "unsubscribed": report.unsubscribed,
        "not_unsubscribed": [asdict(one) for one in report.not_unsubscribed],
        "stopped": report.stopped,
        **_lists(report.repaired, report.refused, report.duplicates, report.left_out),
    }


def write_refused(found: ImportPlan | ImportReport, file: TextIO) -> int:
    """Write the refused rows as CSV: line, reason, the file's own columns, and the line where it did not fit.

    Corrected, the file can be loaded with the same mapping. Answers how many rows were written.

    Args:
        file: opened with ``newline=""``.
    """
    writer = csv.writer(file)
    writer.writerow(["accord_line", "accord_reason", *map(spreadsheet_safe, found.columns), "accord_text"])
    for row in found.refused:
        cells = row.cells or ("",) * len(found.columns)
        writer.writerow([row.line, *map(spreadsheet_safe, (row.reason, *cells, row.text))])
    return len(found.refused)


def spreadsheet_safe(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run as a formula; numbers stay numbers."""
    if cell.lstrip(" ").startswith(_STARTS_FORMULA) and not _PLAIN_NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def line_ranges(lines: Iterable[int]) -> list[str]:
    """``3``, ``7–9``, ``12`` for sorted line numbers."""
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return [str(first) if first == last else f"{first}–{last}" for first, last in parts]


def _counts(title: str, counts: Sequence[tuple[str, int]]) -> Table:
    return Table(title, ("what", "how many"), tuple((name, f"{count:,}") for name, count in counts))


def _details(
    repaired: Sequence[int],
    refused: Sequence[RefusedRow],
    duplicates: Sequence[DuplicateRow],
    left_out: Sequence[LeftOut],
) -> list[Table]:
    found: list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]] = [
        ("Refused", ("line", "why"), [(str(one.line), one.reason) for one in refused]),
        (
            "Duplicates",
            ("line", "repeats line", "values"),
            [
                (str(one.line), str(one.first_line), "others" if one.differs else "the same")
                for one in duplicates
            ],
        ),
        ("Values left out", ("property", "why", "rows"), list(_grouped(left_out))),
    ]
    ranges = line_ranges(repaired)
    shown = ", ".join(ranges[:_MOST_LINES_SHOWN]) + (", …" if len(ranges) > _MOST_LINES_SHOWN else "")
    mended = [Table(f"Repaired ({len(repaired):,})", ("lines",), ((shown,),))] if repaired else []
    return mended + [
        Table(f"{title} ({len(rows):,})", columns, tuple(rows[:_MOST_LINES_SHOWN]))
        for title, columns, rows in found
        if rows
    ]


def _grouped(left_out: Sequence[LeftOut]) -> Iterator[tuple[str, str, str]]:
    for (name, reason), count in Counter((one.property, one.reason) for one in left_out).most_common():
        yield name, reason, f"{count:,}"


def _lists(
    repaired: Sequence[int],
    refused: Sequence[RefusedRow],
    duplicates: Sequence[DuplicateRow],
    left_out: Sequence[LeftOut],
) -> dict[str, Any]:
    return {
        "repaired_lines": list(repaired),
        "refused": [{"line": one.line, "reason": one.reason} for one in refused],
        "duplicates": [
            {"line": one.line, "first_line": one.first_line, "differs": one.differs} for one in duplicates
        ],
        "left_out": [asdict(one) for one in left_out],
    }
