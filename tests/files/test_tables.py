"""Tables as people make them: what a cell says is the same text whatever the file kept it as, and what cannot be read is named."""

from __future__ import annotations

import csv
import unicodedata
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO

import pytest
from hostile import HEADER, MAIN, book, written
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from deconflict.files.tables import Table, read_tables

NAMES = ("Date", "Lieu", "Nombre")


def at(written: str) -> datetime:
    """Without a zone, as workbooks keep it."""
    return datetime.fromisoformat(written)


def saved(workbook: Workbook) -> bytes:
    into = BytesIO()
    workbook.save(into)
    return into.getvalue()


def only(raw: bytes) -> Table:
    (table,) = read_tables(raw)
    return table


def cell(value: object, number_format: str | None = None) -> str:
    workbook = Workbook()
    workbook.active.append(NAMES)
    workbook.active.append(("x", value))
    if number_format:
        workbook.active["B2"].number_format = number_format
    (line,) = only(saved(workbook)).lines
    return line.cells[1]


def flaws(table: Table) -> list[tuple[str, str]]:
    return [(flaw.cell, flaw.sentence % flaw.facts) for flaw in table.flaws]


@pytest.mark.parametrize(
    ("value", "number_format", "said"),
    [
        (date(2026, 12, 1), None, "2026-12-01"),
        (at("2026-12-01"), None, "2026-12-01"),
        (at("2026-12-01 06:00"), None, "2026-12-01 06:00"),
        (at("2026-12-01 13:20:05"), None, "2026-12-01 13:20:05"),
        (46357, "dd/mm/yyyy", "2026-12-01"),
        (46357.5555555555, "dd/mm/yyyy hh:mm", "2026-12-01 13:20"),
        (time(6, 0), None, "06:00"),
        (0.25, None, "0.25"),
        (timedelta(hours=30, minutes=5), None, "30:05"),
        (2.0, None, "2"),
        (-3.60, None, "-3.6"),
        (1e-7, None, "0.0000001"),
        (1e20, None, "100000000000000000000"),
        (13.11670000000002, None, "13.11670000000002"),
        (True, None, "yes"),
        (False, None, "no"),
        ("01/12/2026", None, "01/12/2026"),
        ("13,1167", None, "13,1167"),
        ("007", None, "007"),
        ("  Bankass\u00a0 ", None, "Bankass"),
        ("Me\u0301naka", None, "Ménaka"),
        ("a\r\nb\rc", None, "a\nb\nc"),
        ("12500", '#,##0 "F CFA"', "12500"),
    ],
)
def test_a_cell_says_one_canonical_text(value: object, number_format: str | None, said: str) -> None:
    assert cell(value, number_format) == said


def test_days_since_1904_are_told_apart() -> None:
    workbook = Workbook()
    workbook.epoch = at("1904-01-01")
    workbook.active.append(NAMES)
    workbook.active.append(("a", at("2026-12-01 06:00"), "b"))
    assert only(saved(workbook)).lines[0].cells[1] == "2026-12-01 06:00"


def test_a_formula_injected_as_text_stays_text_and_none_is_computed() -> None:
    row = '<row r="2"><c r="A2" t="str"><v>=cmd|calc</v></c><c r="B2"><f>1+1</f><v>7</v></c></row>'
    assert only(book(HEADER + row)).lines[0].cells == ("=cmd|calc", "7")
    assert only(b"a,b,c\n=1+1,@x,-2\n").lines[0].cells == ("=1+1", "@x", "-2")


def test_what_cannot_be_read_is_named_by_its_cell_and_leaves_it_empty() -> None:
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(("a", "b", "c", "d"))
    sheet.append(("=1+1", "#REF!", "x" * 1001, "kept"))
    sheet.append((-3.6, "_xD83D_", "a_x0000_b", "_xD83D__xDE00_"))
    sheet["A3"].number_format = "dd/mm/yyyy"
    sheet["BZ3"] = "stray"
    table = only(saved(workbook))
    assert [line.cells for line in table.lines] == [("", "", "", "kept"), ("", "", "", "😀")]
    said = dict(flaws(table))
    assert list(said) == ["A2", "B2", "C2", "A3", "B3", "C3", "BZ3"]
    assert "without a result" in said["A2"]
    assert "#REF!" in said["B2"]
    assert "more than 1000 characters" in said["C2"]
    assert "-3.6 is formatted as a date" in said["A3"]
    assert "half a sign" in said["B3"]
    assert "half a sign" in said["C3"]
    assert "far to the right" in said["BZ3"]


def test_a_result_of_no_letters_is_no_flaw() -> None:
    row = '<row r="2"><c r="A2" t="str"><f>""</f><v></v></c><c r="B2"><v>1</v></c></row>'
    assert only(book(HEADER + row)).flaws == ()


def test_a_nul_in_a_text_file_is_named() -> None:
    table = only(b"a,b,c\n1,x\0y,3\n")
    assert table.lines[0].cells == ("1", "", "3")
    assert [name for name, _ in flaws(table)] == ["B2"]


def test_merged_cells_are_a_flaw_where_they_take_something_from_a_line() -> None:
    workbook = Workbook()
    sheet = workbook.active
    for row in (("Plan de la semaine",), ("Date", "Lieu", "n"), ("1", "Bankass", 1), ("2", None, 2), ("3", "Koro", 3)):
        sheet.append(row)
    for merged in ("A1:C1", "B3:B4", "A40:A50"):
        sheet.merge_cells(merged)
    table = only(saved(workbook))
    assert table.header_line == 2
    assert [name for name, _ in flaws(table)] == ["B3"]
    assert "B3:B4" in flaws(table)[0][1]


def test_header_tags_and_numbers_of_lines_are_those_of_the_sheet() -> None:
    rows: list[tuple[object, ...]] = [
        ("Plan",),
        (),
        NAMES,
        ("#date", "#loc", None),
        (),
        (1, 2, 3, None, None),
        (),
        (4, 5, 6),
    ]
    table = only(written(*rows))
    assert (table.header, table.header_line, table.tags) == (NAMES, 3, ("#date", "#loc", ""))
    assert [(line.number, line.cells) for line in table.lines] == [(6, ("1", "2", "3")), (8, ("4", "5", "6"))]


def test_a_first_line_with_one_sharp_in_three_is_no_tags() -> None:
    assert only(b"a,b,c\n#1,x,y\n").tags == ()
    assert only(b"a,b\n1,2\n").header == ("a", "b")


def test_hidden_sheets_our_lists_and_sheets_without_lines_are_left_out() -> None:
    workbook = Workbook()
    workbook.active.title = "Vide"
    workbook.active.append(NAMES)
    for title, state in (
        ("Listes", "visible"),
        ("Lists", "visible"),
        ("h", "hidden"),
        ("v", "veryHidden"),
        ("P", "visible"),
    ):
        sheet = workbook.create_sheet(title)
        sheet.sheet_state = state
        sheet.append(NAMES)
        sheet.append((1, 2, title))
    assert [(table.name, table.lines[0].cells[2]) for table in read_tables(saved(workbook))] == [("P", "P")]


def test_a_stray_cell_costs_nothing_and_is_named() -> None:
    workbook = Workbook()
    workbook.active.append(NAMES)
    workbook.active.append((1, 2, 3))
    workbook.active["XFD1048576"] = "x"
    table = only(saved(workbook))
    assert len(table.lines) == 1
    assert [name for name, _ in flaws(table)] == ["XFD1048576"]


def test_cells_and_rows_without_addresses_strict_names_and_phonetics_are_read() -> None:
    row = '<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="d"><x:v>2026-12-01T06:00:00</x:v></x:c><x:c t="d"><x:v>06:30</x:v></x:c></x:row>'
    text = f"<sst {MAIN}><si><r><t>Ban</t></r><r><t>kass</t></r><rPh><t>no</t></rPh></si></sst>"
    raw = book(2 * row.replace("x:", ""), sharedStrings=text)
    assert only(raw).lines[0].cells == ("Bankass", "2026-12-01 06:00", "06:30")
    prefixed = f'<x:worksheet xmlns:x="{MAIN[7:-1]}"><x:sheetData>{row}{row}</x:sheetData></x:worksheet>'
    assert only(book(sharedStrings=text, **{"worksheets/sheet1": prefixed})).header[0] == "Bankass"


@pytest.mark.parametrize("extension", ["", "sep=;\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_french_text_files_are_read_as_excel_writes_them(encoding: str, extension: str) -> None:
    text = (
        extension
        + 'Date;Lieu;Latitude\r\n01/12/2026;"Ménaka; «centre»\nœuvre";13,1167\r\n;;\r\n02/12/2026;Koro;14,08\r\n'
    )
    table = only(text.encode(encoding))
    assert table.header == ("Date", "Lieu", "Latitude")
    assert table.lines[0].cells == ("01/12/2026", "Ménaka; «centre»\nœuvre", "13,1167")
    assert [line.number for line in table.lines] == [2, 4]


def canonical(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").strip())


letters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
texts = st.text(st.one_of(letters, st.sampled_from(',;\t"\n#=é ')), max_size=12).filter(lambda t: not t.startswith("="))
latin = st.text(st.sampled_from(',;\t"\n#éàœ€« ab1-'), max_size=12)
filled = st.text(st.sampled_from("abcdéf"), min_size=1, max_size=6)


def tables(of: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    """A header of plain names, the first line of it all, and lines that are never quite empty nor tags."""
    return st.integers(3, 6).flatmap(
        lambda width: st.tuples(
            st.lists(filled, min_size=width, max_size=width),
            st.lists(st.tuples(filled, *[of] * (width - 1)).map(list), min_size=1, max_size=6),
        ).map(lambda found: [found[0], *found[1]])
    )


def same(table: Table, rows: list[list[str]]) -> bool:
    expected = [tuple(canonical(text) for text in row) for row in rows]
    lines = ([table.tags] if table.tags else []) + [line.cells for line in table.lines]
    return [table.header, *lines] == expected and not table.flaws


@given(tables(texts), st.sampled_from(",;\t"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.booleans())
def test_any_table_comes_back_from_a_text_file(
    rows: list[list[str]], delimiter: str, encoding: str, quoted: bool
) -> None:
    assert same(only(_csv(rows, delimiter, quoted).encode(encoding)), rows)


@given(tables(latin), st.sampled_from(",;\t"), st.booleans())
def test_any_french_table_comes_back_from_windows_1252(rows: list[list[str]], delimiter: str, quoted: bool) -> None:
    assert same(only(_csv(rows, delimiter, quoted).encode("cp1252")), rows)


@given(tables(texts))
def test_any_table_comes_back_from_a_workbook(rows: list[list[str]]) -> None:
    workbook = Workbook()
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            workbook.active.cell(number, column).value = text or None
            workbook.active.cell(number, column).data_type = "s"
    assert same(only(saved(workbook)), rows)


@given(st.one_of(st.integers(-(10**15), 10**15), st.floats(-1e12, 1e12)))
def test_any_number_is_the_same_number(value: float) -> None:
    said = cell(value)
    assert float(said) == float(f"{value:.16g}")  # as openpyxl writes it
    assert "e" not in said


@given(st.datetimes(at("1900-03-01"), at("9999-12-30")).map(lambda found: found.replace(microsecond=0)))
def test_any_instant_is_the_same_to_the_second(when: datetime) -> None:
    said = cell(when, "yyyy-mm-dd hh:mm:ss")
    assert datetime.fromisoformat(said) == when


def _csv(rows: list[list[str]], delimiter: str, quoted: bool) -> str:
    into = StringIO(newline="")
    csv.writer(into, delimiter=delimiter, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerows(rows)
    return into.getvalue()


@pytest.mark.parametrize(
    ("raw", "header", "line"),
    [
        (b"Semaine 50\nNo;Lieu\n1;Mopti\n2;Sevare\n", ("No", "Lieu"), 2),
        (b"Titre\nNo;Lieu\n#meta+id;#loc+name\n1;Mopti;oui\n", ("No", "Lieu", ""), 2),
        (b"Mois;12\nNo;Lieu;Jour\n1;Mopti;3\n", ("No", "Lieu", "Jour"), 2),
        (b"Lieu\nMopti\n", ("Lieu",), 1),
    ],
)
def test_a_header_of_less_than_three_cells_is_found_where_nothing_is_wider(
    raw: bytes, header: tuple[str, ...], line: int
) -> None:
    (table,) = read_tables(raw)
    assert (table.header, table.header_line) == (header, line)
