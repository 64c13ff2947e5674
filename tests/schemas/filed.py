"""What people send, ready to be spoilt by a test, and the shipped mission to read it with."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from marshmallow import ValidationError

from deconflict.domain.activity import Side
from deconflict.domain.coordinates import format_dd, format_mgrs
from deconflict.domain.doubts import spot
from deconflict.domain.dtg import format_dtg
from deconflict.domain.geodesy import destination
from deconflict.domain.places import label
from deconflict.domain.unwanted import unwanted_in
from deconflict.domain.withheld import found_in
from deconflict.mission import load_mission
from deconflict.schemas.filings import FilingSchema
from deconflict.schemas.forms import field_errors, receive
from deconflict.schemas.notices import (
    CARGOES,
    CHECK_INS,
    DISCLAIMER_VERSION,
    ESCORTED_BY,
    ESCORTS,
    MARKINGS,
    RADIOS,
    VEHICLES,
)
from deconflict.schemas.plans import AID_COMPONENTS, PARTNERS
from deconflict.schemas.whereabouts import locate

MISSION = load_mission(Path(__file__).parents[2] / "config/missions/mali-minusma")
TOWNS = [place for place in MISSION.gazetteer.places if place.level == "town"]
INNER_TOWNS = [place for place in TOWNS if 11 < place.point[0] < 24 and -12 < place.point[1] < 4]


def window(name: str, day: str, begins: str, ends: str) -> dict[str, str]:
    return {f"{name}_date": day, f"{name}_from": begins, f"{name}_to": ends}


def stop(place: str = "Bankass", **more: str) -> dict[str, str]:
    return {"place": place, **more}


def notice(**changes: Any) -> dict[str, Any]:
    """A distribution in Bankass, reached from Mopti."""
    return {
        "kind": "CONVOY_CARGO",
        "level": "redacted",
        "mode": "road",
        "vehicles": "2",
        "persons": "6",
        "escort": "none",
        "disclaimer": DISCLAIMER_VERSION,
        "confirmed_by": "nobody",
        "stops": [
            stop("Mopti", **window("depart", "2019-12-10", "06:00", "07:00")),
            stop(
                "Bankass",
                activity="DIST_FOOD",
                **window("arrive", "2019-12-10", "08:00", "09:00"),
                **window("depart", "2019-12-10", "14:00", "15:00"),
            ),
        ],
    } | changes


def patrol(**changes: Any) -> dict[str, Any]:
    """A patrol that halts near Bankass, in the notation of both sides."""
    return {
        "kind": "PAT_LONG",
        "level": "match_only",
        "aid_component": "none",
        "joint_with": "none",
        "stops": [
            stop(
                "30PVB4400056000",
                halt="yes",
                arrive_from="101300ZDEC19",
                arrive_to="101330ZDEC19",
                **window("depart", "2019-12-10", "15:30", "16:00"),
            ),
        ],
    } | changes


def errors(schema: FilingSchema, data: dict[str, Any]) -> dict[str, list[str]]:
    """By field name of the page; empty when the data is accepted."""
    try:
        schema.load(data)
    except ValidationError as error:
        return field_errors(error.messages)
    return {}


def sure(schema: FilingSchema, form: dict[str, str]) -> dict[str, str]:
    """The form with everything ticked that it is asked to tick, as somebody does who means what he wrote."""
    for _ in ("of the places", "of the way"):
        asked = [name for name in receive(schema, form).errors if "-sure_" in name]
        for name in asked:
            row = {field: form.get(f"{name.rpartition('-')[0]}-{field}", "") for field in ("place", "position")}
            pcode = form.get(f"{name.rpartition('-')[0]}-place_pcode", "")
            form = form | {name: spot(locate(schema.mission, **row, pcode=pcode))}
    return form


@st.composite
def places(draw: st.DrawFn) -> dict[str, str]:
    """A stop's place in any way that people give it."""
    town = draw(st.sampled_from(INNER_TOWNS))
    near = destination(town.point, draw(st.floats(0, 359)), draw(st.floats(0, 20_000)))
    position = draw(
        st.sampled_from(
            [format_dd(near, 4), format_dd(near, 3), format_mgrs(near, 6), format_mgrs(near), format_dd(near)]
        )
    )
    return draw(
        st.sampled_from(
            [
                {"place": label(town)},
                {"place": town.pcode},
                {"place": town.name, "place_pcode": town.pcode},
                {"place_pcode": town.pcode},
                {"place": town.commune or town.pcode},
                {"place": position},
                {"place": position, "place_pcode": town.pcode},
                {"place": label(town), "position": position},
                {"place_pcode": town.commune or town.pcode, "position": format_dd(town.point)},
            ]
        )
    )


@st.composite
def itineraries(draw: st.DrawFn, side: Side) -> dict[str, str]:
    """The flat fields of one to five stops whose windows follow each other."""
    at = draw(st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1))).replace(second=0, microsecond=0)  # noqa: DTZ001
    count = draw(st.integers(1, 5))
    activities = [kind.code for kind in MISSION.catalogue.of(side, on_site=True) if not kind.sensitive]
    flat: dict[str, str] = {}
    for number in range(count):
        row = draw(places())
        on_the_way = 0 < number < count - 1 and draw(st.booleans())
        if not on_the_way:
            row["activity"] = draw(st.sampled_from(["", *activities]))
            whole = bool(row["activity"]) or 0 < number < count - 1 or count == 1
            for name in (["arrive"] if number or whole else []) + (["depart"] if number < count - 1 or whole else []):
                ends = at + timedelta(minutes=draw(st.integers(1, 700)))
                row |= draw(windows_of(name, at, ends, groups=side is Side.MISSION))
                at = ends + timedelta(minutes=draw(st.integers(1, 3000)))
        if side is Side.MISSION:
            row["halt"] = "no" if on_the_way else draw(st.sampled_from(["yes", "no"]))
        flat |= {f"stops-{number}-{name}": text for name, text in row.items()}
    return flat


def windows_of(name: str, begins: datetime, ends: datetime, *, groups: bool) -> st.SearchStrategy[dict[str, str]]:
    local = st.sampled_from(["%Y-%m-%d", "%d/%m/%Y"]).map(
        lambda day: window(name, begins.strftime(day), f"{begins:%H:%M}", f"{ends:%Hh%M}")
    )
    zulu = {
        f"{name}_{part}": format_dtg(at.replace(tzinfo=MISSION.zone)) for part, at in (("from", begins), ("to", ends))
    }
    return local | st.just(zulu) if groups else local


# What is never stored is refused: tests/domain and tests/web try that.
words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), max_size=30).filter(
    lambda text: not unwanted_in(text) and not found_in(text)
)


@st.composite
def notice_forms(draw: st.DrawFn) -> dict[str, str]:
    level = draw(st.sampled_from(["match_only", "redacted", "full"]))
    urgency = draw(st.sampled_from(["standard", "urgent", "emergency"]))
    escort = draw(st.sampled_from(list(ESCORTS)))
    return draw(itineraries(Side.HUMANITARIAN)) | {
        "kind": draw(st.sampled_from([kind.code for kind in MISSION.catalogue.of(Side.HUMANITARIAN, travel=True)])),
        "level": level,
        "mode": draw(st.sampled_from(["road", "river", "air", "foot"])),
        "vehicles": str(draw(st.integers(0, 200))),
        "persons": str(draw(st.integers(1, 2000))),
        "marking": draw(st.sampled_from(["", *MARKINGS])),
        "cargo": draw(st.sampled_from(["", *CARGOES])),
        "escort": escort,
        "escort_by": draw(st.sampled_from(list(ESCORTED_BY))) if escort == "provided" else "",
        "urgency": urgency,
        "urgency_reason": draw(words) + ("" if urgency == "standard" else "x"),
        "plates": draw(words) if level == "full" else "",
        "overnight": draw(words),
        "communications": draw(
            st.sampled_from(["", "70 00 00 07", "+223 70000008", "+8821612345678", "+881612345678"])
        ),
        "second_phone": draw(st.sampled_from(["", "76 00 00 09", "+8816 1234 9999"])),
        "radio": draw(st.sampled_from(["", *RADIOS])),
        "vehicle_type": draw(st.sampled_from(["", *VEHICLES])),
        "check_in_plan": draw(st.sampled_from(["", *CHECK_INS])),
        "confirmed_by": draw(st.sampled_from(["nobody", "7", "123456789"])),
        "disclaimer": DISCLAIMER_VERSION,
        "csrf_token": "token",
    }


@st.composite
def plan_forms(draw: st.DrawFn) -> dict[str, str]:
    kind = draw(
        st.sampled_from(
            [*MISSION.catalogue.of(Side.MISSION, patrol=True), *MISSION.catalogue.of(Side.MISSION, event=True)]
        )
    )
    return draw(itineraries(Side.MISSION)) | {
        "kind": kind.code,
        "level": draw(st.sampled_from(["match_only", "redacted"])),
        "aid_component": draw(st.sampled_from(list(AID_COMPONENTS))),
        "joint_with": draw(st.sampled_from(list(PARTNERS))),
        "title": draw(words) if kind.event else "",
        "media": draw(st.sampled_from(["", "yes", "no"])) if kind.event else "",
        "urgency": draw(st.sampled_from(["", "standard", "urgent"])),
        "_save": "1",
    }
