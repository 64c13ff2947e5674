"""The door for movement notices: what is accepted comes out whole, what is not is told how to be mended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from filed import MISSION, errors, notice, notice_forms, patrol, stop, sure, window
from hypothesis import given, settings
from hypothesis import strategies as st
from mends import MENDS

from deconflict.domain.coordinates import format_dd
from deconflict.domain.doubts import spot
from deconflict.domain.filing import Level, MovementNotice, Window
from deconflict.domain.geodesy import distance_m
from deconflict.domain.itinerary import visits_of
from deconflict.schemas.doubt_words import TICKS
from deconflict.schemas.forms import receive, typed
from deconflict.schemas.notices import NoticeSchema
from deconflict.schemas.plans import PlanSchema
from deconflict.schemas.whereabouts import candidates, locate, offers
from deconflict.schemas.windows import typed_window

SCHEMA = NoticeSchema(MISSION)
PARIS = NoticeSchema(replace(MISSION, timezone="Europe/Paris"))


def read(data: dict[str, Any]) -> MovementNotice:
    filing: MovementNotice = SCHEMA.load(data)
    return filing


def at_bankass(**changes: str) -> dict[str, Any]:
    """The notice with its second stop changed, by air, so that it can be anywhere; an empty text takes a field away."""
    data = notice(mode="air")
    data["stops"][1] |= changes
    return data


def alone(**fields: str) -> dict[str, Any]:
    return notice(stops=[stop(**fields)])  # type: ignore[arg-type]


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2019, 12, day, hour, minute, tzinfo=UTC)


def test_a_notice_comes_out_with_places_windows_and_facts() -> None:
    filing = read(notice(communications="70 00 00 07", plates="", cargo="food"))
    mopti, bankass = filing.stops
    assert (mopti.location.name, mopti.location.source, mopti.arrive) == ("Mopti", "gazetteer", None)
    assert bankass.location.pcode == MISSION.gazetteer.named("Bankass")[0].pcode
    assert bankass.arrive == Window(utc(10, 8), utc(10, 9))
    assert bankass.activity == "DIST_FOOD"
    assert (filing.level, filing.vehicles, filing.persons) == (Level.REDACTED, 2, 6)
    assert (filing.communications, filing.cargo, filing.disclaimer) == ("+22370000007", "food", "2026-11")


# -- what a person must say


@pytest.mark.parametrize(
    "name", ["kind", "level", "mode", "vehicles", "persons", "escort", "disclaimer", "confirmed_by", "stops"]
)
@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a_mandatory_field_left_empty_is_named(name: str, nothing: str | None) -> None:
    assert set(errors(SCHEMA, notice(**{name: nothing}))) == {name}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    data = notice(level="", vehicles="many", disclaimer="")
    data["stops"][0] |= {"place": "Nowhereville", "depart_from": "9"}
    data["stops"][1] |= {"arrive_date": "30/02/2019", "activity": "CONVOY_CARGO"}
    assert set(errors(SCHEMA, data)) == {
        "level",
        "vehicles",
        "disclaimer",
        "stops-0-place",
        "stops-0-depart_from",
        "stops-1-arrive_date",
        "stops-1-activity",
    }


def test_a_level_is_never_chosen_for_the_owner() -> None:
    data = notice()
    del data["level"]
    assert set(errors(SCHEMA, data)) == {"level"}


@pytest.mark.parametrize("name", ["donor", "manifest", "strength"])
def test_what_is_not_known_is_refused_and_not_dropped(name: str) -> None:
    assert set(errors(SCHEMA, notice(**{name: "x"}))) == {name}
    assert set(errors(SCHEMA, at_bankass(**{name: "x"}))) == {f"stops-1-{name}"}


@pytest.mark.parametrize("level", ["redacted", "full"])
def test_a_sensitive_activity_goes_with_match_only(level: str) -> None:
    data = at_bankass(activity="PROT_MON")
    assert set(errors(SCHEMA, data | {"level": level})) == {"level"}
    assert errors(SCHEMA, data | {"level": "match_only"}) == {}


def test_the_clause_that_is_ticked_is_the_one_that_is_valid_now() -> None:
    assert "changed" in errors(SCHEMA, notice(disclaimer="2019-01"))["disclaimer"][0]
    assert "tick" in errors(SCHEMA, notice(disclaimer=""))["disclaimer"][0]


def test_urgency_needs_a_reason_unless_it_is_standard() -> None:
    assert set(errors(SCHEMA, notice(urgency="urgent"))) == {"urgency_reason"}
    assert errors(SCHEMA, notice(urgency="urgent", urgency_reason="cholera")) == {}
    assert errors(SCHEMA, notice(urgency="standard")) == {}


def test_whoever_wrote_what_is_refused_is_told_that_and_not_that_nothing_was_written() -> None:
    assert len(errors(SCHEMA, notice(urgency="urgent", urgency_reason="5 millions FCFA"))["urgency_reason"]) == 1
    assert len(errors(SCHEMA, notice(escort="provided", escort_by="a unit"))["escort_by"]) == 1
    for name in ("urgency_reason", "escort_by"):
        assert errors(SCHEMA, notice(urgency="urgent", escort="provided", **{name: "  "}))[name]


def test_plates_are_kept_at_the_full_level_only() -> None:
    assert set(errors(SCHEMA, notice(plates="AB 1234", level="redacted"))) == {"plates"}
    assert read(notice(plates="AB 1234", level="full")).plates == "AB 1234"


@pytest.mark.parametrize(("given", "kept"), [("70000007", "+22370000007"), ("+223 70 00 00 07", "+22370000007"),
    ("00223 70000007", "+22370000007"), ("+8821612345678", "+8821612345678"), ("+870773123456", "+870773123456")])  # fmt: skip
def test_phone_numbers_are_kept_in_one_form(given: str, kept: str) -> None:
    assert read(notice(communications=given)).communications == kept


@pytest.mark.parametrize(
    "given", ["7000000", "+22300000001", "20212223", "call the base", "+88216", "70000007 ext. 4", 70000007]
)
def test_numbers_that_cannot_receive_a_text_are_refused(given: Any) -> None:
    assert set(errors(SCHEMA, notice(communications=given))) == {"communications"}


@pytest.mark.parametrize("value", ["a\x00b", "a\u202eb", "a\ud800b", "x" * 121, 7, ["x"], {"x": "y"}])
def test_texts_are_short_and_printable(value: Any) -> None:
    assert set(errors(SCHEMA, notice(overnight=value))) == {"overnight"}
    assert set(errors(SCHEMA, at_bankass(place=value))) == {"stops-1-place"}


@pytest.mark.parametrize("value", ["-1", "201", "2.5", "1e2", "٣", True, 2.0, [2]])
def test_counts_are_whole_numbers_within_reason(value: Any) -> None:
    assert set(errors(SCHEMA, notice(vehicles=value))) == {"vehicles"}


@pytest.mark.parametrize("data", [[], "x", 7, None])
def test_what_is_no_form_at_all_is_refused(data: Any) -> None:
    assert errors(SCHEMA, data)


@pytest.mark.parametrize("stops", ["x", {"place": "Bankass"}, [7], [[]], []])
def test_stops_that_are_no_list_of_stops_are_refused(stops: Any) -> None:
    assert errors(SCHEMA, notice(stops=stops))


def test_there_are_twelve_stops_at_most() -> None:
    first, last = notice()["stops"]
    assert errors(SCHEMA, notice(stops=[first, *[stop("Sévaré")] * 10, last])) == {}
    assert set(errors(SCHEMA, notice(stops=[first, *[stop("Sévaré")] * 11, last]))) == {"stops"}


# -- places


def test_a_name_is_found_whatever_its_spelling() -> None:
    one = read(at_bankass(place="TOMBOUCTOU")).stops[1].location
    other = read(at_bankass(place="timbuktu")).stops[1].location
    assert (one.point, one.pcode) == (other.point, other.pcode)


def test_homonyms_are_listed_with_commune_and_cercle_and_either_can_be_chosen() -> None:
    (sentence,) = errors(SCHEMA, at_bankass(place="Koula"))["stops-1-place"]
    assert "Koula (commune Koula, cercle Koulikoro)" in sentence
    assert "Koula (commune Koula, cercle Tominian)" in sentence
    for choice in candidates(MISSION.gazetteer, "Koula"):
        assert read(at_bankass(place="Koula", place_pcode=choice.pcode)).stops[1].location.pcode == choice.pcode
    assert read(at_bankass(place="koula (commune Koula, cercle Tominian)")).stops[1].location.name == "Koula"


def test_a_choice_that_contradicts_the_name_is_refused() -> None:
    gao = MISSION.gazetteer.named("Gao")[0]
    assert set(errors(SCHEMA, at_bankass(place="Bankass", place_pcode=gao.pcode))) == {"stops-1-place_pcode"}
    assert set(errors(SCHEMA, at_bankass(place="Bankass", place_pcode="ML999999"))) == {"stops-1-place_pcode"}


def test_a_name_nobody_bears_gets_near_ones_with_commune_and_cercle() -> None:
    assert (
        "Bankass (commune Bankass, cercle Bankass)" in errors(SCHEMA, at_bankass(place="Bankassa"))["stops-1-place"][0]
    )


@pytest.mark.parametrize("place", ["Gao (ML0703)", "ML05", "ML0504"])
def test_a_region_or_cercle_is_too_wide(place: str) -> None:
    assert set(errors(SCHEMA, at_bankass(place=place))) == {"stops-1-place"}


def test_a_commune_alone_is_taken_as_a_commune() -> None:
    by_name = read(at_bankass(place="commune de Bankass")).stops[1].location
    by_code = read(at_bankass(place=by_name.pcode or "")).stops[1].location
    assert by_name.source == by_code.source == "commune"
    assert MISSION.gazetteer.get(by_name.pcode or "").level == "commune"  # type: ignore[union-attr]


def test_a_place_is_needed() -> None:
    assert set(errors(SCHEMA, at_bankass(place=""))) == {"stops-1-place"}


# -- positions (golden scenarios 8, 9, 10)


def test_a_position_near_its_place_is_kept_with_both() -> None:
    location = read(at_bankass(position="14,0800 -3,5120")).stops[1].location
    assert location.point == (14.08, -3.512)
    assert (location.name, location.source, location.as_typed) == ("Bankass", "decimal", "14,0800 -3,5120")
    assert location.pcode == MISSION.gazetteer.named("Bankass")[0].pcode


def test_kidal_typed_west_of_greenwich_is_blocked_and_the_other_side_offered() -> None:
    far, offer = errors(SCHEMA, at_bankass(place="Kidal", position="18.4411,-1.4078"))["stops-1-position"]
    assert "297 km" in far
    assert "Kidal" in far
    assert "18.44110, +1.40780" in offer
    assert read(at_bankass(place="Kidal", position="18.44110, +1.40780")).stops[1].location.name == "Kidal"


def test_kidal_typed_without_a_side_is_refused_and_its_own_side_offered() -> None:
    _, offer = errors(SCHEMA, at_bankass(place="Kidal", position="18.4411 1.4078"))["stops-1-position"]
    assert "18.44110, +1.40780" in offer


def test_minutes_typed_as_decimals_are_refused_as_coarse_and_the_minutes_offered() -> None:
    _, offer = errors(SCHEMA, at_bankass(position="14.04,-3.31"))["stops-1-position"]
    assert "14.06667, -3.51667" in offer
    assert errors(SCHEMA, at_bankass(position="14.06667, -3.51667")) == {}


def test_minutes_typed_as_decimals_with_zeros_are_asked_about_and_the_minutes_are_offered() -> None:
    typed_stop = {"place": "Bankass", "position": "14.0400,-3.3100"}
    assert set(errors(SCHEMA, at_bankass(**typed_stop))) == {"stops-1-sure_far"}
    best = offers(MISSION, typed_stop)[0]
    assert (best.field, best.kind, best.value) == ("position", "minutes", "14.06667, -3.51667")
    assert offers(MISSION, {"place": "Bankass", "position": "14.0800,-3.5120"}) == []


@pytest.mark.parametrize("fields", [{"place": "-4.1830,14.4843"}, {"place": "Mopti", "position": "-4.1830,14.4843"}])
def test_exchanged_axes_are_outside_the_country_and_the_exchange_is_offered(fields: dict[str, str]) -> None:
    (sentences,) = errors(SCHEMA, at_bankass(**fields)).values()
    assert "outside" in sentences[0]
    assert "14.48430, -4.18300" in sentences[1]


def test_a_correction_that_was_chosen_keeps_what_was_typed_and_how_exact_it_was() -> None:
    location = read(at_bankass(position="14.04,-3.31", correction="14.06667, -3.51667")).stops[1].location
    assert location.point == pytest.approx((14 + 4 / 60, -3 - 31 / 60))
    assert (location.as_typed, location.corrected) == ("14.04,-3.31", "14.06667, -3.51667")
    assert location.uncertainty_m == pytest.approx(928, rel=0.01)


@pytest.mark.parametrize("correction", ["14.0, -3.5", "14.07000, -3.52000", "x", "18.44110, +1.40780"])
def test_a_correction_that_is_not_offered_for_what_is_typed_changes_nothing(correction: str) -> None:
    fields = {"place": "Kidal", "position": "18.4411,-1.4078"}
    if correction == "18.44110, +1.40780":
        fields["position"] = "18.5411,-1.4078"  # typed anew after the choice
    assert set(errors(SCHEMA, at_bankass(**fields, correction=correction))) == {"stops-1-position"}


@pytest.mark.parametrize(
    ("fields", "doubts"),
    [
        ({"place": "Bankass", "position": "14.1210, -3.4710"}, "far"),
        ({"place": "", "place_pcode": "ML050204", "position": "14.0712, -3.5312"}, "commune"),
        ({"place": "Bankass", "position": "14.0555, -3.5555"}, "repeated"),
        ({"place": "Bankass", "position": "14.0777, -3.0777"}, None),
        ({"place": "17.2222, -4.0510"}, "repeated unnamed"),
        ({"place": "17.0012, -4.0005"}, "default unnamed"),
        ({"place": "17.6003, -3.9502"}, "default unnamed"),
        ({"place": "17.6503, -3.9502"}, "unnamed"),
        ({"place": "30PUB725016"}, "unnamed"),
        ({"position": "14.0712, -3.5212 ±630 m"}, "unnamed"),
        ({"place": "Bankass", "position": "14.0712, -3.5212"}, ""),
    ],
)
def test_what_is_doubtful_is_asked_about_and_filed_once_somebody_says_it_is_right(
    fields: dict[str, str], doubts: str | None
) -> None:
    fields = {"place": ""} | fields
    asked = set(errors(SCHEMA, at_bankass(**fields)))
    if doubts is None:
        assert asked == {"stops-1-position"}  # too far to be asked about
        return
    kinds = doubts.split()
    assert asked == {f"stops-1-sure_{kind}" for kind in kinds}
    location = locate(MISSION, **{"pcode" if k == "place_pcode" else k: v for k, v in fields.items()})
    said = {f"sure_{kind}": spot(location) for kind in kinds}
    assert read(at_bankass(**fields, **said)).stops[1].sure == tuple(kinds)


def test_a_position_without_a_settlement_is_told_in_words_and_what_it_may_be_a_slip_for_is_offered() -> None:
    bare = {"place": "", "position": "18.4411, -1.4078"}
    ((name, sentences),) = errors(SCHEMA, at_bankass(**bare)).items()
    assert name == "stops-1-sure_unnamed"
    assert sentences == [
        "No settlement is named. The nearest is Inabag (commune Timtaghène, cercle Tessalit), and this position is 131 km south-west of "
        "it. Is that right? Name the settlement, correct the position, or tick that it is right."
    ]
    (offer,) = offers(MISSION, bare)
    assert (offer.kind, offer.value) == ("sign", "18.44110, +1.40780")
    meant = read(at_bankass(**bare, correction=offer.value)).stops[1]  # whoever chose it read that it is Kidal
    assert (meant.location.point, meant.sure) == ((18.4411, 1.4078), ())
    at = format_dd(MISSION.gazetteer.named("Bankass")[0].point)
    ((sentence,),) = errors(SCHEMA, at_bankass(place=at)).values()
    assert "lies in Bankass (commune Bankass, cercle Bankass)" in sentence


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("18.4411, -1.4078", ["sign"]),
        ("14.0412, -3.3112", ["minutes", "seconds"]),  # Bankass
        ("N18 26.466 W001 24.468", ["sign"]),
        ("N18 26.466 E001 24.468", []),  # Kidal itself
        ("14.0712, -3.5212", []),
        ("30QXF6814739727", []),  # a square has no such slip that is a square
        ("18.4411 -1.4078 271.3 4.9", []),  # nor has what a telephone wrote
        ("22.1111, -3.9111", []),  # nothing near any settlement either way
    ],
)
def test_only_readings_near_a_settlement_are_offered_for_a_position_that_is_not(text: str, kinds: list[str]) -> None:
    assert [offer.kind for offer in offers(MISSION, {"place": text})] == kinds


def test_the_grid_squares_of_a_patrol_need_no_settlement() -> None:
    plan = PlanSchema(MISSION).load(patrol())
    assert (plan.stops[0].location.pcode, plan.stops[0].sure) == (None, ())


def test_a_tick_holds_for_the_point_and_place_it_was_set_for() -> None:
    far = {"place": "Bankass", "position": "14.1210, -3.4710"}
    tick = {"sure_far": spot(locate(MISSION, **far))}
    assert errors(SCHEMA, at_bankass(**far, **tick)) == {}
    assert set(errors(SCHEMA, at_bankass(**(far | {"position": "14.1310, -3.4710"}), **tick))) == {"stops-1-sure_far"}
    assert set(errors(SCHEMA, at_bankass(**far, sure_far="on"))) == {"stops-1-sure_far"}


def test_a_tick_that_nothing_was_asked_for_is_not_kept() -> None:
    here = {"place": "Bankass", "position": "14.0712, -3.5212"}
    ticks = {name: spot(locate(MISSION, **here)) for name in TICKS.values()}
    assert read(at_bankass(**here, **ticks)).stops[1].sure == ()


@pytest.mark.parametrize(("mode", "arrives", "asked"), [("road", "07:50", True), ("road", "09:00", False),
    ("river", "12:00", True), ("river", "18:00", False), ("foot", "18:00", True), ("air", "07:30", False)])  # fmt: skip
def test_nobody_is_believed_to_be_faster_than_his_way_of_travelling(mode: str, arrives: str, *, asked: bool) -> None:
    """Mopti to Bankass is 85 km straight across; it is left at seven."""
    first = stop("Mopti", **window("depart", "2019-12-10", "07:00", "07:10"))
    last = stop("Bankass", **window("arrive", "2019-12-10", "07:20", arrives))
    assert set(errors(SCHEMA, notice(mode=mode, stops=[first, last]))) == ({"stops-1-sure_speed"} if asked else set())


def test_a_stop_that_is_only_passed_makes_nobody_slower() -> None:
    first = stop("Mopti", **window("depart", "2019-12-10", "07:00", "07:10"))
    last = stop("Bankass", **window("arrive", "2019-12-10", "07:20", "08:00"))
    assert set(errors(SCHEMA, notice(stops=[first, stop("Bandiagara"), last]))) == {"stops-2-sure_speed"}


def test_one_position_under_two_names_is_asked_about() -> None:
    first, last = notice()["stops"]
    same = "14.3012, -3.6112"
    ways = [first, stop("Bandiagara", position=same, sure_far=""), last | {"place": "Bankass", "position": same}]
    found = errors(SCHEMA, notice(stops=ways))
    assert set(found) <= {"stops-1-sure_far", "stops-2-position", "stops-2-sure_far"}
    near = "14.3512, -3.6112"
    town = MISSION.gazetteer.named("Bandiagara")[0]
    ways = [
        first,
        stop("Bandiagara", position=near),
        last | {"place": "", "place_pcode": town.commune, "position": near},
    ]
    assert set(errors(SCHEMA, notice(stops=ways))) == {"stops-2-sure_twice"}


@pytest.mark.parametrize("position", ["0, 0", "0.0000, 0.0000", "0 0 0 0", "+0,0000 +0,0000", "0°00'00\"N 0°00'00\"W"])
def test_a_device_without_a_fix_is_told_of_as_that(position: str) -> None:
    (sentences,) = errors(SCHEMA, at_bankass(position=position)).values()
    assert "device" in sentences[0]


def test_a_square_of_ten_kilometres_is_too_coarse() -> None:
    (sentences,) = errors(SCHEMA, at_bankass(place="30PUB71")).values()
    assert "coarse" in sentences[0]


@pytest.mark.parametrize(
    ("position", "mend"),
    [
        ("14.0700 -3.5200 271.3 1800.0", "no better than 2 km. Wait for a better signal"),
        ("14.0700, -3.5200 ±1500 m", "Come closer on the map"),
        ("14.1 -3.5 271.3 4.9", "at least three decimals"),
        ("30PUB71 ±1200 m", "four grid digits"),
    ],
)
def test_whoever_is_told_that_a_position_is_coarse_is_told_what_mends_it(position: str, mend: str) -> None:
    (sentences,) = errors(SCHEMA, at_bankass(place="", position=position)).values()
    assert mend in sentences[0]


def test_outside_the_country_it_is_said_what_to_check() -> None:
    (sentences,) = errors(SCHEMA, at_bankass(place="", position="50.4843, +4.1830")).values()
    assert sentences == [
        "This position is outside the mission's country. Check the order of the two numbers, their signs or letters and the grid zone, "
        "or name a place instead."
    ]


def test_two_positions_are_one_too_many() -> None:
    data = at_bankass(place="14.0800 -3.5120", position="14.0800 -3.5120")
    assert set(errors(SCHEMA, data)) == {"stops-1-position"}


def test_a_position_in_a_wide_commune_is_told_by_its_nearest_settlement() -> None:
    salam = next(place for place in MISSION.gazetteer.places if place.level == "commune" and place.name == "Salam")
    wide = max(
        (p for p in MISSION.gazetteer.places if p.level == "town" and p.commune == salam.pcode),
        key=lambda town: distance_m(town.point, salam.point),
    )
    position = f"{wide.point[0]:.4f}, {wide.point[1]:+.4f}"
    location = read(at_bankass(place="", place_pcode=salam.pcode, position=position)).stops[1].location
    assert (location.source, location.pcode) == ("decimal", salam.pcode)
    assert "Salam" in location.name
    assert set(errors(SCHEMA, at_bankass(place="", place_pcode=salam.pcode, position="14.0800 -3.5120"))) == {
        "stops-1-position"
    }


# -- windows


def test_a_window_may_cross_midnight() -> None:
    data = alone(**window("arrive", "2019-12-10", "22:00", "02:00"), **window("depart", "2019-12-11", "6h", "7h00"))
    (only,) = read(data).stops
    assert only.arrive == Window(utc(10, 22), utc(11, 2))


def test_two_times_in_the_wrong_order_are_not_taken_for_a_night() -> None:
    assert set(errors(SCHEMA, at_bankass(arrive_from="15:00", arrive_to="09:00"))) == {"stops-1-arrive_to"}


def test_an_instant_is_no_window() -> None:
    assert set(errors(SCHEMA, at_bankass(arrive_from="09:00", arrive_to="09:00"))) == {"stops-1-arrive_to"}


@pytest.mark.parametrize(("part", "value"), [("date", "10-12-19"), ("date", "2019-13-01"), ("date", ""), ("from", "25:00"),
    ("from", "9"), ("from", ""), ("to", "08:60"), ("from", "101300ZDEC19"), ("date", "9999-99-99")])  # fmt: skip
def test_a_part_of_a_window_that_is_wrong_or_missing_is_named(part: str, value: str) -> None:
    assert set(errors(SCHEMA, at_bankass(**{f"arrive_{part}": value}))) == {f"stops-1-arrive_{part}"}


@pytest.mark.parametrize("text", ["UB 7250 0160", "UB72500160", "30P-UB-72501", "30PUB 7250 016", "31PUB 7250 0160"])
@pytest.mark.parametrize("field", ["place", "position"])
def test_a_grid_square_that_lacks_something_is_told_so_and_is_no_telephone_number(field: str, text: str) -> None:
    told = errors(SCHEMA, at_bankass(**{field: text}))[f"stops-1-{field}"]
    assert "MGRS" in told[0]


def test_the_zone_that_was_left_out_is_offered_near_the_place_named() -> None:
    typed = {"place": "Mopti", "position": "UB 7250 0160"}
    assert [one.value for one in offers(MISSION, typed)] == ["30PUB72500160"]
    location = locate(MISSION, **typed, correction="30PUB72500160")
    assert (location.corrected, location.as_typed) == ("30PUB72500160", "UB 7250 0160")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_break_nothing(day: str) -> None:
    for schema in (SCHEMA, PARIS):
        for begins, ends in (("00:00", "01:00"), ("22:00", "03:00")):
            data = at_bankass(**window("arrive", day, begins, ends))
            assert set(errors(schema, data)) <= {"stops-1-arrive_from", "stops-1-arrive_to", "stops-1-depart_to"}


def test_nobody_arrives_before_he_can_have_left() -> None:
    assert set(errors(SCHEMA, at_bankass(**window("arrive", "2019-12-10", "04:00", "05:00")))) == {"stops-1-arrive_to"}
    assert set(errors(SCHEMA, at_bankass(**window("arrive", "2019-12-10", "05:00", "06:00")))) == {"stops-1-arrive_to"}
    assert set(errors(SCHEMA, at_bankass(**window("arrive", "2019-12-10", "05:00", "06:01")))) == {"stops-1-sure_speed"}


def test_a_stop_does_not_end_before_it_begins() -> None:
    assert set(errors(SCHEMA, at_bankass(**window("depart", "2019-12-10", "06:30", "07:30")))) == {"stops-1-depart_to"}


def test_the_ends_of_the_way_and_every_activity_need_their_windows() -> None:
    bare = stop("Bankass")
    arrival = window("arrive", "2019-12-10", "08:00", "09:00")
    departure = notice()["stops"][0]
    assert set(errors(SCHEMA, notice(stops=[departure, bare]))) == {"stops-1-arrive_from"}
    assert set(errors(SCHEMA, notice(stops=[stop("Mopti"), bare | arrival]))) == {"stops-0-depart_from"}
    assert set(errors(SCHEMA, notice(stops=[bare | arrival]))) == {"stops-0-depart_from"}
    assert set(errors(SCHEMA, notice(stops=[departure, bare | arrival | {"activity": "VACC"}]))) == {
        "stops-1-depart_from"
    }
    assert errors(SCHEMA, notice(stops=[departure, stop("Sévaré"), bare | arrival])) == {}


def test_an_activity_is_what_humanitarians_do_on_site() -> None:
    for code in ("CONVOY_CARGO", "SITE_SCHOOL", "CIMIC_ACT", "NOTHING"):
        assert set(errors(SCHEMA, at_bankass(activity=code))) == {"stops-1-activity"}


@pytest.mark.parametrize(("day", "begins", "ends", "hours"), [("2019-10-27", "02:15", "02:45", 1.5), ("2019-10-27", "01:00", "04:00", 4),
    ("2020-03-29", "01:00", "04:00", 2), ("2019-07-01", "23:00", "01:00", 2)])  # fmt: skip
def test_the_clock_change_makes_a_window_wider_and_never_narrower(
    day: str, begins: str, ends: str, hours: float
) -> None:
    data = notice(
        stops=[stop(**window("arrive", day, begins, ends), **window("depart", "2021-01-01", "08:00", "09:00"))]
    )
    filing: MovementNotice = PARIS.load(data)
    arrive = filing.stops[0].arrive
    assert arrive is not None
    assert arrive.latest - arrive.earliest == timedelta(hours=hours)
    assert typed_window(arrive, "arrive", PARIS.mission.zone) == window("arrive", day, begins, ends)


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    data = notice(
        stops=[
            stop(**window("arrive", "2020-03-29", "02:30", "04:00"), **window("depart", "2021-01-01", "08:00", "09:00"))
        ]
    )
    assert set(errors(PARIS, data)) == {"stops-0-arrive_from"}


# -- the form


@settings(deadline=None, max_examples=150)
@given(form=notice_forms())
def test_every_notice_accepted_can_be_amended_from_its_own_form(form: dict[str, str]) -> None:
    first = receive(SCHEMA, sure(SCHEMA, form))
    assert first.errors == {}
    assert isinstance(first.filing, MovementNotice)
    again = receive(SCHEMA, typed(first.filing, MISSION.zone))
    assert again.errors == {}
    assert again.filing == first.filing


@settings(deadline=None, max_examples=100)
@given(form=notice_forms())
def test_every_notice_accepted_can_be_read_by_the_matcher(form: dict[str, str]) -> None:
    filing = receive(SCHEMA, sure(SCHEMA, form)).filing
    assert filing is not None
    visits = visits_of(filing.stops)
    assert all(visit.arrive.at <= visit.depart.at for visit in visits)


@settings(deadline=None, max_examples=150)
@given(
    form=notice_forms(),
    spoil=st.dictionaries(st.sampled_from(["level", "stops-0-place", "stops-0-depart_from", "stops-1-activity", "persons"]),
        st.text(max_size=12), min_size=1),
)  # fmt: skip
def test_nothing_typed_is_lost_when_a_form_is_refused(form: dict[str, str], spoil: dict[str, str]) -> None:
    sent = form | spoil
    received = receive(SCHEMA, sent)
    kept = {name: text for name, text in sent.items() if text.strip() and name != "csrf_token"}
    assert kept.items() <= received.values.items()
    assert (received.filing is None) == bool(received.errors)
    assert all(sentences and all(sentences) for sentences in received.errors.values())


def test_empty_stops_at_the_end_are_dropped_and_gaps_closed() -> None:
    form = {
        f"stops-{number}-{name}": text
        for number, row in zip((0, 3), notice()["stops"], strict=True)
        for name, text in row.items()
    } | {"stops-4-place": "", "stops-4-activity": "", "stops-7-place": "  "}
    facts = {name: value for name, value in notice().items() if name != "stops"}
    received = receive(SCHEMA, {**form, **facts})
    assert received.filing == read(notice())
    assert received.stop_count == 2
    assert received.values["stops-1-place"] == "Bankass"


def test_an_empty_stop_between_others_is_told_and_not_dropped() -> None:
    first, last = notice()["stops"]
    rows = {0: first, 1: {"place": ""}, 2: last}
    form = {f"stops-{number}-{name}": text for number, row in rows.items() for name, text in row.items()}
    facts = {name: value for name, value in notice().items() if name != "stops"}
    assert set(receive(SCHEMA, {**form, **facts}).errors) == {"stops-1-place"}


def test_a_form_with_fields_that_no_page_has_is_refused() -> None:
    received = receive(SCHEMA, {"stops-x-place": "Bankass", "stops-0-colour": "red", "extra": "1"})
    assert {"stops-x-place", "stops-0-colour", "extra"} <= set(received.errors)


def test_every_window_that_is_missing_is_told_at_once_whatever_else_is_wrong() -> None:
    arrival = window("arrive", "2019-12-10", "08:00", "09:00")
    nowhere = stop("", activity="DIST_FOOD")
    assert {"stops-0-depart_from", "stops-1-place", "stops-1-arrive_from", "stops-1-depart_from"} <= set(
        errors(SCHEMA, notice(stops=[stop("Mopti"), nowhere]))
    )
    ways = [stop("Mopti"), stop("Sévaré") | arrival, stop("Bankass")]
    wanted = {"stops-0-depart_from", "stops-1-depart_from", "stops-2-arrive_from"}
    assert set(errors(SCHEMA, notice(stops=ways))) == wanted
    for passing in (stop("Sévaré"), stop("Sévaré", activity="  ")):
        ways[1] = passing
        assert set(errors(SCHEMA, notice(stops=ways))) == wanted - {"stops-1-depart_from"}


# ---- how the team is reached, and what is never written ---------------------------------------------------------------


def test_the_team_has_two_numbers_a_radio_and_an_hour_from_when_nobody_reaches_it():
    filed = SCHEMA.load(
        notice(
            communications="70 00 00 07",
            second_phone="+8816 1234 9999",
            radio="hf",
            vehicle_type="truck",
            check_in_plan="stops",
            confirmed_by="7",
            coverage_date="10/12/2019",
            coverage_time="12:30",
        )
    )
    assert filed.phones == ("+22370000007", "+881612349999")
    assert (filed.radio, filed.vehicle_type, filed.check_in_plan, filed.confirmed_by) == ("hf", "truck", "stops", 7)
    assert filed.coverage_lost_at == datetime(2019, 12, 10, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "field", "mend"),
    [
        ({"communications": "70000007", "second_phone": "+223 70 00 00 07"}, "second_phone", "Give another, or none."),
        ({"coverage_date": "2019-12-10"}, "coverage_time", "Give both, a date and a time, or leave both empty."),
        ({"coverage_time": "12:00"}, "coverage_date", "Give both, a date and a time, or leave both empty."),
        (
            {"coverage_date": "2019-11-10", "coverage_time": "12:00"},
            "coverage_date",
            "Check the date.",
        ),  # a month before
        (
            {"coverage_date": "2019-12-10", "coverage_time": "15:01"},
            "coverage_date",
            "Check the date.",
        ),  # after the end
        ({"confirmed_by": "the boss"}, "confirmed_by", "Choose one of the list."),
        ({"confirmed_by": "0"}, "confirmed_by", "Choose one of the list."),
        ({"urgency": "urgent", "urgency_reason": "800 bénéficiaires attendent"}, "urgency_reason", "Take it out."),
        ({"urgency": "urgent"}, "urgency_reason", "Say in a few words why this cannot wait"),
        ({"radio": "LION 21"}, "radio", "Choose one of the list."),
        ({"escort": "provided"}, "escort_by", "Choose who provides the escort."),
        ({"escort": "provided", "escort_by": "2e Cie"}, "escort_by", "Choose one of the list."),
        ({"escort": "none", "escort_by": "unpol"}, "escort_by", "leave this empty, or choose “Escort agreed” above."),
        ({"escort": "requested", "escort_by": "mission"}, "escort_by", "leave this empty, or choose “Escort agreed”"),
    ],
)
def test_each_of_them_says_how_to_mend_it(data, field, mend):
    ((name, sentences),) = errors(SCHEMA, notice(**data)).items()
    assert name == field
    assert mend in str(sentences[0])
    assert all(MENDS["en"].search(str(sentence)) for sentence in sentences)


def test_the_error_names_the_words_that_have_to_go():
    wrong = errors(SCHEMA, notice(urgency="urgent", urgency_reason="350 ménages attendent"))
    assert "350 ménages" in wrong["urgency_reason"][0]


@pytest.mark.parametrize(
    "overnight", ["Chez M. Diallo", "Magasin, 2 000 000 FCFA", "Camp de 30 soldats", "70 00 00 07"]
)
def test_an_overnight_place_is_a_place(overnight: str) -> None:
    assert set(errors(SCHEMA, notice(overnight=overnight))) == {"overnight"}
    assert errors(SCHEMA, notice(overnight="Campement Bambara-Maoudé, section 2")) == {}
    assert errors(SCHEMA, notice(overnight="30P UB 72501 16012")) == {}  # no telephone's number


def test_a_stop_is_a_place() -> None:
    data = notice()
    data["stops"][1] |= {"place": "Bankass, 350 ménages"}
    assert "350 ménages" in errors(SCHEMA, data)["stops-1-place"][0]
