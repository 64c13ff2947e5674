"""The door for areas: corners, a line or villages as lines of text, each checked; hours local or in groups; words that mend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from filed import MISSION, errors
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain.activity import OPEN_END
from deconflict.domain.coordinates import format_dd, format_mgrs
from deconflict.domain.dtg import format_dtg
from deconflict.domain.filing import Level, Window
from deconflict.domain.geodesy import destination
from deconflict.domain.zone import Zone
from deconflict.schemas.forms import receive, typed
from deconflict.schemas.zones import SHAPES, ZoneSchema, lines_in, seal_of

SCHEMA = ZoneSchema(MISSION)
NOW = datetime(2019, 12, 1, tzinfo=UTC)
MIDDLE = (14.3211, -3.8137)


def corners(metres: float = 5_000.0) -> list[str]:
    return [format_mgrs(destination(MIDDLE, bearing, metres), 10) for bearing in (45, 135, 225, 315)]


def area(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "AVOID_AREA",
        "level": "match_only",
        "shape": "polygon",
        "points": "\n".join(corners()),
        "begins_time": "100600ZDEC19",
        "ends_time": "121800ZDEC19",
    } | changes


def test_corners_in_grid_squares_become_an_area_with_two_instants() -> None:
    plan = SCHEMA.load(area())
    assert (plan.kind, plan.level, plan.zone) == ("AVOID_AREA", Level.MATCH_ONLY, Zone("polygon"))
    assert len(plan.stops) == 4
    begins = datetime(2019, 12, 10, 6, tzinfo=UTC)
    assert plan.stops[0].arrive == Window(begins, begins)
    assert plan.stops[0].depart.latest == datetime(2019, 12, 12, 18, tzinfo=UTC)
    assert all(stop.arrive is stop.depart is None for stop in plan.stops[1:])


def test_decimal_degrees_and_a_closed_ring_do_as_well() -> None:
    points = [format_dd(destination(MIDDLE, bearing, 5_000.0), 5) for bearing in (45, 135, 225, 315)]
    assert len(SCHEMA.load(area(points="; ".join([*points, points[0]]))).stops) == 4


@pytest.mark.parametrize("between", [", ", " ", " - ", " / ", "; ", "\n\n"])
def test_squares_pasted_on_one_line_are_as_many_corners(between: str) -> None:
    apart = [f"{one[:3]} {one[3:5]} {one[5:10]} {one[10:]}" for one in corners()]
    for squares in (corners(), apart):
        assert (
            SCHEMA.load(area(points=between.join(squares))).stops == SCHEMA.load(area(points="\n".join(squares))).stops
        )


@pytest.mark.parametrize("marks", [("1. ", "2. ", "3. ", "4. "), ("1) ",) * 4, ("A ", "B. ", "E) ", "N: ")])
def test_the_numbers_of_a_pasted_list_are_no_part_of_its_points(marks: tuple[str, ...]) -> None:
    points = "\n".join(mark + square for mark, square in zip(marks, corners(), strict=True))
    assert SCHEMA.load(area(points=points)).stops == SCHEMA.load(area()).stops


def test_a_degree_at_the_start_of_a_line_is_no_number_of_a_list() -> None:
    for line in ("14 29.058 N, 4 10.980 W", "N14 29.058 W004 10.980", "14.4843, -4.1830", "E 1.4078, N 18.4411"):
        assert lines_in(line) == (line,)


@pytest.mark.parametrize("missing", ["kind", "level", "shape", "points"])
def test_a_mandatory_field_left_empty_is_named(missing: str) -> None:
    assert set(errors(SCHEMA, area(**{missing: ""}))) == {missing}


def test_it_says_from_when_and_until_when_or_until_further_notice() -> None:
    assert set(errors(SCHEMA, area(begins_time=""))) == {"begins_time"}
    assert set(errors(SCHEMA, area(ends_time=""))) == {"ends_time"}
    assert set(errors(SCHEMA, area(ends_time="100559ZDEC19"))) == {"ends_time"}
    assert set(errors(SCHEMA, area(until_notice="yes"))) == {"ends_time"}
    open_ended = SCHEMA.load(area(until_notice="yes", ends_time=""))
    assert open_ended.stops[0].depart.latest == OPEN_END
    assert set(errors(ZoneSchema(MISSION, NOW), area(begins_time="100600ZDEC09"))) == {"begins_date"}


def test_local_hours_are_those_of_the_groups() -> None:
    local = area(begins_date="2019-12-10", begins_time="06:00", ends_date="12/12/2019", ends_time="18:00")
    assert SCHEMA.load(local) == SCHEMA.load(area())


def test_fewer_than_three_corners_are_no_area() -> None:
    assert set(errors(SCHEMA, area(points="\n".join(corners()[:2])))) == {"points"}
    assert set(errors(SCHEMA, area(points="\n".join(corners()[:2] * 3)))) == {"points"}


def test_a_border_that_crosses_itself_is_told_where() -> None:
    a, b, c, d = corners()
    (said,) = errors(SCHEMA, area(points="\n".join([a, c, b, d])))["points"]
    assert "crosses" in said
    assert "30P" in said


def test_a_line_that_cannot_be_read_is_told_by_its_number_with_the_correction() -> None:
    swapped = corners()
    swapped[2] = "-3.8137, 14.3211"
    found = errors(SCHEMA, area(points="\n".join(swapped)))["points"]
    assert all(said.startswith("Line 3:") for said in found)
    assert "exchanged" in found[-1]
    outside = errors(SCHEMA, area(points="\n".join([*corners(), "48.85661, 2.35222"])))["points"]
    assert outside[0].startswith("Line 5:")


def test_what_looks_made_up_is_asked_about_and_may_be_ticked() -> None:
    points = "\n".join([*corners()[:2], "14.2222, -3.8888"])
    assert set(errors(SCHEMA, area(points=points))) == {"sure_points"}
    sealed = area(points=points, sure_points=seal_of(MISSION, points))
    assert SCHEMA.load(sealed).stops[2].sure == ("repeated",)
    assert set(errors(SCHEMA, sealed | {"points": points.replace("8888", "7777")})) == {"sure_points"}


def test_a_line_has_a_width_and_nothing_else_has() -> None:
    line = area(shape="corridor", points="Mopti\nBandiagara", kind="ROAD_CLOSED")
    assert set(errors(SCHEMA, line)) == {"half_width_km"}
    assert SCHEMA.load(line | {"half_width_km": "1,5"}).zone == Zone("corridor", 1_500.0)
    assert set(errors(SCHEMA, line | {"half_width_km": "90"})) == {"half_width_km"}
    assert set(errors(SCHEMA, area(half_width_km="2"))) == {"half_width_km"}


def test_villages_are_those_of_the_list() -> None:
    villages = SCHEMA.load(area(shape="villages", points="Bankass\nKoro\n"))
    assert [stop.location.name for stop in villages.stops] == ["Bankass", "Koro"]
    found = errors(SCHEMA, area(shape="villages", points="Bankass\nNowhereville\n14.3211, -3.8137"))["points"]
    assert [said.partition(":")[0] for said in found] == ["Line 2", "Line 3"]


def test_other_kinds_and_too_many_lines_are_refused() -> None:
    assert set(errors(SCHEMA, area(kind="PAT_LONG"))) == {"kind"}
    assert set(errors(SCHEMA, area(points="\n".join(["Mopti"] * 41)))) == {"points"}
    assert set(errors(SCHEMA, area(level="full"))) == {"level"}


@pytest.mark.parametrize("name", ["effectif", "unit", "call_sign"])
def test_what_is_never_stored_is_refused_by_name_and_by_word(name: str) -> None:
    assert set(errors(SCHEMA, area(**{name: "x"}))) == {name}
    (said,) = errors(SCHEMA, area(shape="villages", points="2e Cie"))["points"]
    assert "2e Cie" in said


@given(
    shape=st.sampled_from(sorted(SHAPES)),
    width=st.sampled_from(["0.5", "2", "12.25"]),
    begins=st.datetimes(datetime(2019, 11, 1), datetime(2020, 3, 1)),  # noqa: DTZ001
    lasts=st.integers(1, 400_000) | st.none(),
    turn=st.floats(0, 360),
)
def test_the_form_of_an_area_is_read_as_that_area_again(
    shape: str, width: str, begins: datetime, lasts: int | None, turn: float
) -> None:
    begins = begins.replace(tzinfo=UTC, second=0, microsecond=0)
    points = [format_mgrs(destination(MIDDLE, (turn + n * 72) % 360, 4_000.0), 10) for n in range(5)]
    data = area(
        shape=shape,
        points="Bankass\nKoro" if shape == "villages" else "\n".join(points),
        half_width_km=width if shape == "corridor" else "",
        begins_time=format_dtg(begins),
        ends_time=format_dtg(begins + timedelta(minutes=lasts)) if lasts else "",
        until_notice="" if lasts else "yes",
    )
    plan = SCHEMA.load(data)
    again = receive(SCHEMA, typed(plan, MISSION.zone))
    assert (again.filing, again.errors) == (plan, {})
