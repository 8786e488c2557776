"""What an import did, row by row, as a value.

How it is shown (tables, JSON, a file of refused rows) is ``showing.py``.
"""

from dataclasses import dataclass
from pathlib import Path

from imports.people import DuplicateRow, LeftOut, RefusedRow


@dataclass(frozen=True, slots=True)
class NotUnsubscribed:
    """Somebody who asked for no e-mail, was loaded, and could not be unsubscribed."""

    line: int
    email: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of one load. Rows read = loaded + refused + duplicates, always.

    Attributes:
        created, updated, unchanged: people loaded; the unchanged ones had all values before, and nothing was
            written for them.
        repaired: lines of people loaded that had to be repaired.
        left_out: values that were not loaded although their person was.
        unsubscribed: people unsubscribed from all e-mail by this load.
        not_unsubscribed: people who should have been; load again, or unsubscribe them by hand, at once.
        stopped: why the load ended early; the rows after that are among the refused. None when it did not.
    """

    path: Path
    mapping: str
    columns: tuple[str, ...]
    rows: int
    created: int
    updated: int
    unchanged: int
    repaired: tuple[int, ...]
    refused: tuple[RefusedRow, ...]
    duplicates: tuple[DuplicateRow, ...]
    left_out: tuple[LeftOut, ...]
    unsubscribed: int
    not_unsubscribed: tuple[NotUnsubscribed, ...]
    stopped: str | None

    def __post_init__(self) -> None:
        if self.rows != self.loaded + len(self.refused) + len(self.duplicates):
            raise ValueError(
                f"{self.path}: {self.rows} rows were read, but {self.loaded} loaded, {len(self.refused)} refused "
                f"and {len(self.duplicates)} repeated"
            )

    @property
    def loaded(self) -> int:
        """People who are in HubSpot now."""
        return self.created + self.updated + self.unchanged

    @property
    def complete(self) -> bool:
        """Whether every row found its place: nothing refused, nothing left out, everybody unsubscribed."""
        return not (self.refused or self.left_out or self.not_unsubscribed or self.stopped)
