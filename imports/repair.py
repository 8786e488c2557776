"""Undoing what spreadsheets do to rows, where it is certain.

The known damage: a line with a quoted cell was quoted once more as a whole, its inner quotation marks doubled.
Parsed once more it must have exactly the header's number of cells; anything less certain stays as it is.
"""

import csv
from collections.abc import Sequence


class Damaged(ValueError):  # noqa: N818 - it is the row's state, told to people in the report
    """The row does not fit the header and cannot be repaired with certainty; the message says why."""


def fitted(cells: Sequence[str], width: int, delimiter: str) -> tuple[Sequence[str], bool]:
    """The row's ``width`` cells, and whether it had to be repaired for that.

    Raises:
        Damaged: there are more or fewer cells, or the repair is not certain.
    """
    if len(cells) == width:
        return cells, False
    if len(cells) != 1 or delimiter not in cells[0]:
        raise Damaged(f"it has {_cells(len(cells))} where the header has {width}")
    again = parsed_once_more(cells[0], delimiter)
    if len(again) != width:
        raise Damaged(
            f"the whole line is quoted, and parsed once more it has {_cells(len(again))} "
            f"where the header has {width}"
        )
    return again, True


def parsed_once_more(cell: str, delimiter: str) -> list[str]:
    """The cells of a line that had become one cell.

    Raises:
        Damaged: the text inside is not one well-formed line.
    """
    try:
        rows = list(csv.reader(cell.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Damaged(f"the whole line is quoted, and what is inside is damaged too ({error})") from error
    if len(rows) != 1:
        raise Damaged("the whole line is quoted, and inside are several lines")
    return rows[0]


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
