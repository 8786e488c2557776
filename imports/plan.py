"""What an import would do, before anything is written: counts, repaired and refused rows, problems.

Reads the two files and nothing else. Writing is ``load.py``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from imports.csv_rows import UnreadableFileError, read_header, read_rows
from imports.mapping import LoadedMapping, column_problems, read_mapping
from imports.people import DuplicateRow, LeftOut, Outcome, Person, RefusedRow, people

ERASED = (
    "this person was erased on request; `accord forget --lift` lets them in again, if they want to come back"
)


def _nobody(_email: str) -> bool:
    return False


class ImportRefusedError(ValueError):
    """An import that must not begin; ``problems`` holds each reason with its remedy."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What is in the file, as the mapping reads it.

    Attributes:
        stamp: size in bytes and modification time in ns, by which a later change of the file is noticed.
        not_loaded: columns of the file that the mapping does not use.
        rows: all rows after the header: ``ready`` + refused + duplicates.
        ready: people to load.
        opt_outs: how many of them are to be unsubscribed from all e-mail.
        repaired: lines that a spreadsheet had damaged and that were repaired with certainty.
        problems: why the file cannot be loaded with this mapping at all; empty when it can.
        is_erased: whether the person with that address was erased on request, and is refused.
    """

    path: Path
    mapping: LoadedMapping
    columns: tuple[str, ...]
    stamp: tuple[int, int]
    not_loaded: tuple[str, ...] = ()
    rows: int = 0
    ready: int = 0
    opt_outs: int = 0
    repaired: tuple[int, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    duplicates: tuple[DuplicateRow, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    problems: tuple[str, ...] = ()
    is_erased: Callable[[str], bool] = _nobody

    def __post_init__(self) -> None:
        if self.rows != self.ready + len(self.refused) + len(self.duplicates):
            raise ValueError(f"{self.path}: rows are missing from the plan of an import")

    def outcomes(self) -> Iterator[Outcome]:
        """What becomes of each row, read from the file again.

        Raises:
            ImportRefusedError: the file is no longer the one that was planned.
        """
        if file_stamp(self.path) != self.stamp:
            raise ImportRefusedError([f"{self.path}: changed after it was planned; plan the import again"])
        rules = self.mapping.rules
        for outcome in people(read_rows(self.path, rules.file.form), self.columns, rules):
            if isinstance(outcome, Person) and self.is_erased(outcome.email):
                yield RefusedRow(outcome.line, ERASED, outcome.cells)
            else:
                yield outcome


def file_stamp(path: Path) -> tuple[int, int]:
    """Size and modification time of a file.

    Raises:
        ImportRefusedError: there is no such file.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise ImportRefusedError([f"{path}: cannot be read ({error.strerror}); check the path"]) from error
    return found.st_size, found.st_mtime_ns


def plan_import(path: Path, mapping_path: Path, *, is_erased: Callable[[str], bool] = _nobody) -> ImportPlan:
    """The plan of loading the file ``path`` by the mapping in ``mapping_path``.

    Raises:
        ImportMappingError: the mapping cannot be used; it lists every problem.
        ImportRefusedError: the file as a whole cannot be read.
    """
    return plan_file(path, read_mapping(mapping_path), is_erased=is_erased)


def plan_file(
    path: Path, mapping: LoadedMapping, *, is_erased: Callable[[str], bool] = _nobody
) -> ImportPlan:
    """As ``plan_import``, with a mapping that has been read."""
    stamp = file_stamp(path)
    try:
        columns = read_header(path, mapping.rules.file.form).columns
        problems = column_problems(mapping, columns)
        if problems:
            return ImportPlan(path, mapping, columns, stamp, problems=tuple(problems))
        return _counted(ImportPlan(path, mapping, columns, stamp, is_erased=is_erased))
    except UnreadableFileError as error:
        raise ImportRefusedError([str(error)]) from error


def _counted(plan: ImportPlan) -> ImportPlan:
    used = {name for _, name in plan.mapping.rules.columns()}
    ready = opt_outs = 0
    repaired: list[int] = []
    refused: list[RefusedRow] = []
    duplicates: list[DuplicateRow] = []
    left_out: list[LeftOut] = []
    for outcome in plan.outcomes():
        match outcome:
            case Person():
                ready += 1
                opt_outs += outcome.opt_out
                left_out += outcome.left_out
                if outcome.repaired:
                    repaired.append(outcome.line)
            case RefusedRow():
                refused.append(outcome)
            case DuplicateRow():
                duplicates.append(outcome)
    return ImportPlan(
        path=plan.path,
        mapping=plan.mapping,
        columns=plan.columns,
        stamp=plan.stamp,
        not_loaded=tuple(name for name in plan.columns if name and name not in used),
        rows=ready + len(refused) + len(duplicates),
        ready=ready,
        opt_outs=opt_outs,
        repaired=tuple(repaired),
        refused=tuple(refused),
        duplicates=tuple(duplicates),
        left_out=tuple(left_out),
        is_erased=plan.is_erased,
    )
