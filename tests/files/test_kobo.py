"""Exports of KoboToolbox and ODK: a line is a stop, with what its submission says."""

from __future__ import annotations

import pytest

from deconflict.files.grid import Flaw, Line, Table
from deconflict.files.kobo import joined
from deconflict.files.limits import BadFile


def table(name: str, header: str, *lines: str, flaws: tuple[Flaw, ...] = (), tags: str = "") -> Table:
    """Cells divided by spaces, - for an empty one; the first line is number 2."""
    rows = [tuple("" if cell == "-" else cell for cell in line.split()) for line in lines]
    named = tuple("" if cell == "-" else cell for cell in tags.split())
    return Table(name, tuple(header.split()), 1, named, tuple(Line(n, row) for n, row in enumerate(rows, 2)), flaws)


CONVOYS = table("Convoys", "start trip/org note _index", "06:00 IRC a 1", "07:00 MSF b 2", "08:00 NRC c 3")
STOPS = table(
    "stops",
    "place note _index _parent_table_name _parent_index",
    "Bankass x 1 Convoys 1",
    "Koro y 2 Convoys 1",
    "Gao z 3 Convoys 2",
)


def test_each_stop_has_the_columns_of_its_submission() -> None:
    stops, rest = joined((STOPS, CONVOYS))
    assert stops.header == (*STOPS.header, "start", "trip/org", "Convoys/note")
    assert [line.cells[0:2] + line.cells[5:] for line in stops.lines] == [
        ("Bankass", "x", "06:00", "IRC", "a"),
        ("Koro", "y", "06:00", "IRC", "a"),
        ("Gao", "z", "07:00", "MSF", "b"),
    ]
    assert [line.number for line in stops.lines] == [2, 3, 4]
    assert [line.cells[1] for line in rest.lines] == ["NRC"], "what has no stops is there once"


def test_a_submission_whose_lines_are_all_stops_is_not_there_twice() -> None:
    parent = table("Convoys", "start _index", "06:00 1", "07:00 2")
    assert [found.name for found in joined((parent, STOPS))] == ["stops"]


def test_repeats_within_repeats_bring_everything_above_them() -> None:
    cars = table("cars", "plate _parent_table_name _parent_index", "AB stops 3")
    found = {whole.name: whole for whole in joined((CONVOYS, STOPS, cars))}
    (line,) = found["cars"].lines
    said = dict(zip(found["cars"].header, line.cells, strict=True))
    assert (said["place"], said["trip/org"]) == ("Gao", "MSF")
    assert [line.cells[0] for line in found["stops"].lines] == ["Bankass", "Koro"]


@pytest.mark.parametrize("key", ["KEY", "instanceID", "meta/instanceID"])
def test_odk_refers_by_key(key: str) -> None:
    forms = table("Plan", f"org {key}", "IRC uuid:1", "MSF uuid:2")
    stops = table("Plan-stops", "place PARENT_KEY KEY", "Koro uuid:2 uuid:2/stops[1]")
    rest, whole = joined((forms, stops))
    assert whole.lines[0].cells[:4] == ("Koro", "uuid:2", "uuid:2/stops[1]", "MSF")
    assert [line.cells[0] for line in rest.lines] == ["IRC"]


def test_a_stop_without_its_submission_is_named_and_kept() -> None:
    lost = table("stops", "place _parent_table_name _parent_index", "Koro Convoys 1", "Gao Convoys 9")
    stops = next(found for found in joined((CONVOYS, lost)) if found.name == "stops")
    assert stops.lines[1].cells == ("Gao", "Convoys", "9", "", "", "", "")
    (flaw,) = stops.flaws
    assert (flaw.cell, flaw.facts) == ("C3", {"found": "9"})


def test_flaws_and_tags_come_along() -> None:
    flaws = (Flaw("B2", "wrong"), Flaw("B4", "also wrong"))
    parent = table(
        "Convoys", "start org _index", "06:00 - 1", "07:00 MSF 2", "08:00 - 3", flaws=flaws, tags="#date #org -"
    )
    stops, rest = joined((STOPS, parent))
    assert [flaw.cell for flaw in stops.flaws] == ["Convoys!B2"]
    assert [flaw.cell for flaw in rest.flaws] == ["B4"]
    assert stops.tags == ("", "", "", "", "", "#date", "#org")


def test_other_tables_stay_as_they_are() -> None:
    plain = (table("a", "x y", "1 2"), table("b", "_parent_index _parent_table_name", "1 c"))
    assert joined(plain) == plain


def test_tables_that_belong_to_each_other_belong_to_nobody() -> None:
    names = "x _index _parent_table_name _parent_index"
    ring = (table("a", names, "1 1 b 1"), table("b", names, "2 1 a 1"), table("c", names, "3 1 c 1"))
    assert joined(ring) == ring


def test_lines_that_become_too_wide_are_refused() -> None:
    chain = [table("t0", " ".join(f"c0_{n}" for n in range(59)) + " _index", "1 " * 60)]
    for level in range(1, 6):
        own = " ".join(f"c{level}_{n}" for n in range(57))
        chain.append(
            table(f"t{level}", f"{own} _index _parent_table_name _parent_index", "1 " * 58 + f"t{level - 1} 1")
        )
    with pytest.raises(BadFile, match="more than"):
        joined(chain)
