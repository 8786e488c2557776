"""Reading CSV files: every line is accounted for, and repairs happen only where they are certain."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.csv_rows import BrokenRow, FileFormat, Row, UnreadableFileError, read_header, read_rows

HEADER = "id,name,city\n"


def rows_of(path: Path, content: str | bytes, form: FileFormat | None = None) -> list[Row | BrokenRow]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_rows(path, form or FileFormat()))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def test_a_line_that_was_quoted_as_a_whole_is_repaired(file):
    found = rows_of(file, HEADER + '"1,Ann,""Banking, Investment"""\n2,Bob,Bonn\n')
    assert found == [
        Row(2, 2, ("1", "Ann", "Banking, Investment"), repaired=True),
        Row(3, 3, ("2", "Bob", "Bonn")),
    ]


def test_a_repair_inside_a_repair_keeps_doubled_quotes(file):
    (found,) = rows_of(file, HEADER + '"1,""Ann """"Annie"""" Lee"",Bonn"\n')
    assert found == Row(2, 2, ("1", 'Ann "Annie" Lee', "Bonn"), repaired=True)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,Ann", "it has 2 cells where the header has 3"),
        ("1,Ann,Bonn,x", "it has 4 cells where the header has 3"),
        ("nonsense", "it has 1 cell where the header has 3"),
        ('"1,Ann"', "parsed once more it has 2 cells where the header has 3"),
        ('"1,Ann,Bonn,Berlin"', "parsed once more it has 4 cells where the header has 3"),
        ('"1,""Ann""x,Bonn"', "what is inside is damaged too"),
    ],
    ids=["short", "long", "single", "still short", "now long", "damaged inside"],
)
def test_what_cannot_be_repaired_with_certainty_is_listed_by_line(file, line, reason):
    broken, good = rows_of(file, f"{HEADER}{line}\n2,Bob,Bonn\n")
    assert isinstance(broken, BrokenRow)
    assert (broken.line, broken.text) == (2, line)
    assert reason in broken.reason
    assert good == Row(3, 3, ("2", "Bob", "Bonn"))


def test_an_unclosed_quotation_mark_costs_only_its_own_line(file):
    lines = "".join(f"{n},Name {n},Bonn\n" for n in range(3, 1003))
    found = rows_of(file, HEADER + '2,"Ann,Bonn\n' + lines)
    assert isinstance(found[0], BrokenRow)
    assert "never closed" in found[0].reason
    assert [row.line for row in found[1:]] == list(range(3, 1003))


def test_two_stray_marks_do_not_swallow_the_rows_between_them(file):
    found = rows_of(file, HEADER + '1,"Ann,Bonn\n2,Bob,Bonn\n3,"Cem,Bonn\n4,Dan,Bonn\n')
    assert [(type(row), row.line) for row in found] == [
        (BrokenRow, 2),
        (Row, 3),
        (BrokenRow, 4),
        (Row, 5),
    ]


def test_cells_may_hold_line_ends_and_rows_keep_their_line_numbers(file):
    found = rows_of(file, HEADER + '1,"Ann\nLee",Bonn\r\n\r\n,,\n2,Bob,Bonn')
    assert found == [Row(2, 3, ("1", "Ann\nLee", "Bonn")), Row(6, 6, ("2", "Bob", "Bonn"))]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ("id;name\n1;Zoë\n".encode("cp1252"), FileFormat("cp1252", ";")),
        ("\ufeffid\tname\n1\tZoë\n".encode(), FileFormat("utf-8", "\t")),
        ("id,name\n1,Zoë\n".encode(), FileFormat()),
    ],
    ids=["Excel on Windows", "byte-order mark and tabs", "plain"],
)
def test_encodings_and_delimiters(file, content, form):
    assert rows_of(file, content, form) == [Row(2, 2, ("1", "Zoë"))]
    assert read_header(file, form).columns == ("id", "name")


def test_wrong_bytes_cost_only_their_own_row(file):
    broken, good = rows_of(file, b"id,name\n1,Zo\xeb\n2,Bob\n")
    assert isinstance(broken, BrokenRow)
    assert "encoding: cp1252" in broken.reason
    assert broken.text == "1,Zo\ufffd"
    assert good == Row(3, 3, ("2", "Bob"))


@pytest.mark.parametrize(
    ("content", "form", "message"),
    [
        (b"", FileFormat(), "is empty"),
        (b"\n\n", FileFormat(), "no header"),
        ("id,name\n".encode("utf-16"), FileFormat(), "UTF-16"),
        (b"PK\x03\x04rest", FileFormat(), "is a spreadsheet"),
        ("\ufeffid,name\n".encode(), FileFormat("cp1252"), "set `encoding: utf-8`"),
        (b"id,id\n", FileFormat(), "two columns are called 'id'"),
        (b'id,"name\n', FileFormat(), "mend its quotation marks"),
        (b"id,na\xefme\n", FileFormat(), "encoding: cp1252"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(file, content, form, message):
    with pytest.raises(UnreadableFileError, match=message):
        rows_of(file, content, form)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"absent\.csv: cannot be read"):
        read_header(tmp_path / "absent.csv", FileFormat())


def test_a_header_that_was_quoted_as_a_whole_is_repaired_too(file):
    file.write_text('"id,""first, last"",city"\n')
    header = read_header(file, FileFormat())
    assert (header.columns, header.repaired) == (("id", "first, last", "city"), True)


cells = st.text(st.sampled_from('ab ,;"\né='), max_size=6)


@settings(max_examples=150, deadline=None)
@given(table=st.lists(st.tuples(cells, cells, cells), max_size=6), damaged=st.sets(st.integers(0, 5)))
def test_what_a_spreadsheet_does_to_lines_is_undone(tmp_path_factory, table, damaged):
    """A damaged line is the written line, taken as one cell and written once more."""
    table = [("x" + first, second, third) for first, second, third in table]
    text = "id,name,city\n"
    for number, cells_of_row in enumerate(table):
        line = _written(cells_of_row)
        text += _written((line.removesuffix("\n"),)) if number in damaged and '"' in line else line
    found = rows_of(tmp_path_factory.mktemp("damage") / "list.csv", text)
    assert [getattr(row, "cells", row) for row in found] == table


def _written(row: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(row)
    return out.getvalue()


@settings(max_examples=300, deadline=None)
@given(body=st.text(st.sampled_from('ab,"\n\r'), max_size=40))
def test_no_line_is_lost_whatever_the_file_holds(tmp_path_factory, body):
    """Every line with content belongs to exactly one row, read or broken, in the order of the file."""
    found = rows_of(tmp_path_factory.mktemp("lines") / "list.csv", "id,name\n" + body)
    covered = [line for row in found for line in range(row.line, row.last_line + 1)]
    assert covered == sorted(set(covered))
    with_content = {n for n, line in enumerate(body.split("\n"), 2) if line.strip(',"\r\n')}
    assert with_content <= set(covered)
