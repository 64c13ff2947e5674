"""Positions and date-time groups: every habit of both sides is read, every slip is refused or offered, none is guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import mgrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deconflict.domain.coordinates import (
    EXAMPLES,
    REASONS,
    BadPosition,
    format_dd,
    format_mgrs,
    inside,
    read_position,
    repeats,
)
from deconflict.domain.dtg import MONTHS, BadDtg, format_dtg, read_dtg
from deconflict.domain.geodesy import distance_m
from deconflict.domain.slips import alternatives, likely

MALI = (10.1, -12.3, 25.1, 4.4)
KIDAL, BANKASS, MOPTI, GAO = (18.4411, 1.4078), (14.07, -3.52), (14.4843, -4.1830), (16.2717, -0.0447)
ORACLE = mgrs.MGRS()

latitudes = st.floats(-79.9, 83.9)
longitudes = st.floats(-180, 180)
in_mali = st.tuples(st.floats(MALI[0], MALI[2]), st.floats(MALI[1], MALI[3]))


@pytest.mark.parametrize(
    "text",
    [
        "14.4843 -4.1830",
        "14.4843, -4.1830",
        "14.4843,-4.1830",
        "14.4843; -4.1830",
        "14.4843 / -4.1830",
        "+14.4843 -4.1830",
        "  14.4843°\u00a0 −4.1830° ",
        "14,4843 -4,1830",
        "14,4843,-4,1830",
        "14,4843; -4,1830",
        "14.4843N 4.1830W",
        "14,4843 N, 4,1830 O",
        "14,4843° Nord  4,1830° Ouest",
        "N14.4843 W4.1830",
        "n14.4843, o4.1830",
        "W4.1830 N14.4843",
        "4.1830 west, 14.4843 north",
        "N14 29.058 W004 10.980",
        "14°29.058'N 4°10.980'O",
        "14º29,058′ N 4º10,980′ O",
        "14°29'03.48\"N 4°10'58.80\"W",
        "14° 29’ 03,48” N, 4° 10’ 58,80” O",
        "N14 29 03.48 W4 10 58.80",
        "14,4843 -4.1830",
        "14,4843, -4.1830",
        "14.4843,-4,1830",
        "(14.4843; -4.1830)",
        "14.4843, -4.1830.",
        "14.4843 ‐4.1830",
        "14.4843 —4.1830",
        "14，4843 －4，1830",
        "Lat: 14.4843 Lon: -4.1830",
        "lon=-4.1830, lat=14.4843",
        "Latitude 14,4843 N Longitude 4,1830 O",
        "14°29´03,48´´N 4°10`58,80``O",
        "14°29ʹ03.48ʺ N / 4°10ʹ58.80ʺ W",
        "14°29’03,48’’ Nord ; 4°10’58,80’’ Ouest",
        "14 deg 29 min 03.48 sec N, 4 deg 10 min 58.80 sec W",
        "14 degrés 29 minutes 3,48 secondes Nord, 4 degrés 10 minutes 58,8 secondes Ouest",
        "14.4843000 -4.1830000 271.3 4.9",
        "14.4843 -4.183 0 0",
    ],
)
def test_every_habit_of_writing_a_position_gives_the_same_point(text: str) -> None:
    position = read_position(text)
    assert position.point == pytest.approx(MOPTI, abs=1e-9)
    assert position.as_typed == " ".join(text.split())


def test_the_letter_o_is_ouest_and_never_east() -> None:
    assert read_position("12°30.000' N 12°30.000' O").point == (12.5, -12.5)
    assert read_position("12°30.000' N 12°30.000' E").point == (12.5, 12.5)
    assert read_position("12°30.000' Sud 12°30.000' Est").point == (-12.5, 12.5)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("Bankass", "unreadable"),
        ("14.4843", "unreadable"),
        ("14,4843", "unreadable"),
        ("14.4843 - 4.1830", "unreadable"),
        ("13,1167 23,5547 N", "no_hemisphere"),
        ("13,1167 23,5547", "no_hemisphere"),
        ("18.4411 1.4078", "no_hemisphere"),
        ("14.4843N 4.1830", "no_hemisphere"),
        ("14°29.058' 4°10.980'", "no_hemisphere"),
        ("14 29 03 -4 10 58", "no_hemisphere"),
        ("14.4843N -4.1830W", "sign_and_letter"),
        ("14.4843N -4.1830", "sign_and_letter"),
        ("14.4843N 4.1830S", "same_axis"),
        ("14.4843W 4.1830O", "same_axis"),
        ("N14 29.058 N004 10.980", "same_axis"),
        ("14°29.058'N 4°10'58\"W", "two_notations"),
        ("91.0000 -4.1830", "out_of_range"),
        ("14.4843 -184.1830", "out_of_range"),
        ("12°75.000'N 4°10.000'W", "sixty"),
        ("12°15'60\"N 4°10'00\"W", "sixty"),
        ("14 -4", "few_decimals"),
        ("14, -4.18", "few_decimals"),
        ("N14 W4", "few_decimals"),
        ("14.5°29'N 4.5°10'W", "unreadable"),
        ("144843N 041058W", "unreadable"),
        ("30PUB72501", "odd_digits"),
        ("30PUB 72 5016", "odd_digits"),
        ("30PUB7", "odd_digits"),
        ("144843 -41830", "unreadable"),
        ("14.4843 4.1830 271.5", "unreadable"),
        ("Lat 14.4843 Lat -4.1830", "unreadable"),
        ("14.4843N, 4.1830W, 13.0000N", "unreadable"),
        ("30PUB725010160000", "odd_digits"),
        ("31PUB725016", "no_square"),
        ("61PUB725016", "no_square"),
        ("30XUB725016", "no_square"),
        ("30QUB725016", "no_square"),
        ("30PIB725016", "unreadable"),
        ("UB725016", "no_zone"),
        ("ub 7250 0160", "no_zone"),
        ("MGRS UB 72500-01600", "no_zone"),
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(BadPosition) as refused:
        read_position(text)
    assert refused.value.reason == reason
    assert refused.value.msgid % refused.value.facts == str(refused.value)


def test_every_example_shown_to_people_can_be_read() -> None:
    for example in EXAMPLES.split(" / "):
        assert distance_m(read_position(example).point, MOPTI) < 100


@pytest.mark.parametrize("text", list(REASONS.values()))
def test_every_reason_is_a_sentence(text: str) -> None:
    assert text.endswith(".")


@pytest.mark.parametrize(
    ("text", "source", "uncertainty_m"),
    [
        ("14.5 -4.2", "decimal", 5_600),
        ("14.48 -4.18", "decimal", 560),
        ("14.484 -4.183", "decimal", 56),
        ("14.4843 -4.1830", "decimal", 5.6),
        ("14.4843 -4.18", "decimal", 560),
        ("30PUB7201", "mgrs", 707),
        ("30PUB725016", "mgrs", 70.7),
        ("30PUB72510161", "mgrs", 7.07),
        ("30PUB7251101617", "mgrs", 0.707),
        ("14°29'N 4°11'W", "ddm", 928),
        ("14°29.1'N 4°11.0'W", "ddm", 92.8),
        ("14°29'03\"N 4°10'59\"W", "dms", 15.5),
    ],
)
def test_uncertainty_follows_the_digits_that_were_given(text: str, source: str, uncertainty_m: float) -> None:
    position = read_position(text)
    assert position.source == source
    assert position.uncertainty_m == pytest.approx(uncertainty_m, rel=0.01)
    assert distance_m(position.point, MOPTI) <= 3 * uncertainty_m + 2


def test_a_grid_reference_is_read_as_the_centre_of_its_square() -> None:
    centre = read_position("30PUB7201").point
    corners = [read_position(f"30PUB72{e}01{n}").point for e in ("000", "999") for n in ("000", "999")]
    assert [distance_m(centre, corner) for corner in corners] == pytest.approx([707] * 4, abs=2)
    assert read_position("30p ub 725 016").point == read_position("30PUB725016").point


@given(lat=latitudes, lon=longitudes, precision=st.integers(2, 5))
def test_grid_references_of_the_oracle_are_read_within_their_cell(lat: float, lon: float, precision: int) -> None:
    assume(not -1e-6 < lat < 0)  # a hair south of the equator the oracle rounds its northing up, out of its own band
    position = read_position(ORACLE.toMGRS(lat, lon, MGRSPrecision=precision))
    assert position.cell_m == 10 ** (5 - precision)
    assert distance_m(position.point, (lat, lon)) <= position.uncertainty_m * 1.01 + 1.5


@given(lat=latitudes, lon=longitudes, digits=st.sampled_from([4, 6, 8, 10]))
def test_grid_references_we_write_are_read_alike_by_us_and_by_the_oracle(lat: float, lon: float, digits: int) -> None:
    text = format_mgrs((lat, lon), digits)
    ours = read_position(text)
    theirs = ORACLE.toLatLon(text)
    assert distance_m(ours.point, (lat, lon)) <= ours.uncertainty_m * 1.01 + 1.5
    assert distance_m(ours.point, theirs) <= ours.cell_m


@pytest.mark.parametrize("point", [(60.4, 5.3), (78.2, 15.6), (0.0, 0.0), (-0.0001, 179.9999), (16.0, -6.0)])
def test_odd_zones_and_borders_are_read_back(point: tuple[float, float]) -> None:
    assert distance_m(read_position(format_mgrs(point)).point, point) < 2


def test_there_is_no_grid_reference_at_the_poles_nor_of_odd_digits() -> None:
    with pytest.raises(ValueError, match="latitude 85"):
        format_mgrs((85.0, 0.0))
    with pytest.raises(ValueError, match="5 digits"):
        format_mgrs(MOPTI, 5)


@pytest.mark.parametrize(
    ("text", "point", "uncertainty_m"),
    [
        ("14.4843012 -4.1830077 271.3 4.9", (14.4843012, -4.1830077), 4.9),
        ("18.4411012 1.4078077 0 12", (18.4411012, 1.4078077), 12),
        ("14.4843012 -4.1830077 0 0", (14.4843012, -4.1830077), 250),
        ("14.48 -4.1830077 -12.5 1500", (14.48, -4.1830077), 1500),
        ("14.5 -4.2 270 4", (14.5, -4.2), 5566),
    ],
)
def test_the_row_of_a_telephone_has_the_accuracy_the_telephone_gave(
    text: str, point: tuple[float, float], uncertainty_m: float
) -> None:
    fix = read_position(text)
    assert (fix.source, fix.point) == ("kobo", point)
    assert fix.uncertainty_m == pytest.approx(uncertainty_m, rel=0.001)


def test_degrees_and_minutes_without_letters_are_not_taken_for_the_row_of_a_telephone() -> None:
    with pytest.raises(BadPosition) as refused:
        read_position("14 29.058 4 10.980")
    assert refused.value.reason == "no_hemisphere"


@pytest.mark.parametrize(("text", "cell_m"), [("30PUB", 100_000), ("30PUB70", 10_000), ("30P UB 7 0", 10_000)])
def test_a_coarse_square_is_read_and_says_how_coarse_it_is(text: str, cell_m: float) -> None:
    square = read_position(text)
    assert square.cell_m == cell_m
    assert distance_m(square.point, MOPTI) <= square.uncertainty_m + 1


def marks(draw: st.DrawFn) -> tuple[str, str, str]:
    return draw(
        st.sampled_from([("°", "'", '"'), ("º", "′", "″"), ("° ", "’ ", "” "), (" ", " ", ""), ("°", "´", "´´")])
    )


@st.composite
def written(draw: st.DrawFn) -> tuple[tuple[float, float], str, float]:
    """A point, a way people write it, and how far off the writing may be in metres."""
    point = (draw(st.floats(-89.9, 89.9)), draw(st.floats(-179.9, 179.9)))
    notation, decimals = draw(st.sampled_from(["signed", "dd", "ddm", "dms", "kobo"])), draw(st.integers(3, 6))
    comma = draw(st.sampled_from([".", ","]))
    between = draw(st.sampled_from([" ", ", ", "; ", " / "] if comma == "." else [" ", "; ", " / ", ", "]))
    if notation in ("signed", "kobo"):
        lat, lon = (f"{value:{sign}.{decimals}f}" for value, sign in zip(point, ("", "+"), strict=True))
        minus = draw(st.sampled_from("-−–‐"))
        if notation == "kobo":
            return point, f"{lat} {lon} {draw(st.integers(-50, 900))} 5", 5 + 70_000 * 10.0**-decimals * 2
        return point, f"{lat}{between}{lon}".replace("-", minus).replace(".", comma), 160_000 * 10.0**-decimals
    halves = []
    for value, letters in zip(point, (("N", "S"), ("E", draw(st.sampled_from(["W", "O", "Ouest"])))), strict=True):
        letter = letters[value < 0] if value >= 0 or letters[0] == "N" else letters[1]
        halves.append((angle(draw, abs(value), notation, decimals), letter))
    before = draw(st.booleans())
    text = between.join(f"{letter}{figures}" if before else f"{figures}{letter}" for figures, letter in halves)
    step = {"dd": 1.0, "ddm": 1 / 60, "dms": 1 / 3600}[notation]
    return point, text.replace(".", comma), 160_000 * step * 10.0**-decimals


def angle(draw: st.DrawFn, value: float, notation: str, decimals: int) -> str:
    degree, minute, second = marks(draw)
    if notation == "dd":
        return f"{value:.{decimals}f}{degree.strip()}"
    parts = 60 if notation == "ddm" else 3600
    units = int(value * parts * 10**decimals)
    whole, small = divmod(units, 10**decimals)
    if notation == "ddm":
        return f"{whole // 60}{degree}{whole % 60:02d}.{small:0{decimals}d}{minute}".rstrip()
    return (
        f"{whole // 3600}{degree}{whole // 60 % 60:02d}{minute}{whole % 60:02d}.{small:0{decimals}d}{second}".rstrip()
    )


@settings(deadline=None, max_examples=400)
@given(case=written())
def test_whatever_the_notation_the_point_comes_back(case: tuple[tuple[float, float], str, float]) -> None:
    point, text, off_m = case
    fix = read_position(text)
    assert distance_m(fix.point, point) <= off_m + 1
    assert distance_m(fix.point, point) <= 2 * max(fix.cell_m, fix.uncertainty_m) + 1
    assert fix.as_typed == " ".join(text.split())


@given(point=in_mali, digits=st.sampled_from([4, 6, 8, 10]), gap=st.sampled_from(["", " ", "  "]), lower=st.booleans())
def test_squares_come_back_with_and_without_spaces(
    point: tuple[float, float], digits: int, gap: str, *, lower: bool
) -> None:
    text = format_mgrs(point, digits)
    half = digits // 2
    spaced = gap.join([text[:3], text[3:5], text[5 : 5 + half], text[5 + half :]])
    fix = read_position(spaced.lower() if lower else spaced)
    assert distance_m(fix.point, point) <= fix.uncertainty_m * 1.01 + 1.5


@pytest.mark.parametrize(
    ("text", "made_up"),
    [
        ("14.4444, -4.1830", True),
        ("14.444, -4.111", True),
        ("14.444, -4.183", False),
        ("14.0000, -4.1830", True),
        ("14.1234 -4.1234", True),
        ("14.4843, -4.1830", False),
        ("14,4843,-4,1830", False),
        ("14°00'00\"N 4°10'58\"W", True),
        ("N14 29.058 W004 10.980", False),
        ("N14 33.333 W004 10.980", True),
        ("30PUB 555 555", True),
        ("30PUB55555555", True),
        ("30PUB5555", False),
        ("30PUB 725 016", False),
    ],
)
def test_figures_that_repeat_themselves_are_noticed(text: str, *, made_up: bool) -> None:
    assert repeats(text, read_position(text).source) is made_up


@given(point=st.tuples(st.floats(-90, 90), longitudes))
def test_decimal_degrees_we_write_are_read_back(point: tuple[float, float]) -> None:
    assert read_position(format_dd(point)).point == pytest.approx(point, abs=0.5001e-5)


def test_a_longitude_always_bears_its_sign() -> None:
    assert format_dd(KIDAL) == "18.44110, +1.40780"
    assert format_dd((14.0, -0.000001)) == "14.00000, +0.00000"


@given(text=st.text(max_size=30))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        position = read_position(text)
    except BadPosition as refused:
        assert refused.reason in REASONS  # noqa: PT017
    else:
        assert abs(position.point[0]) <= 90
        assert abs(position.point[1]) <= 180
        assert repeats(text, position.source) in (True, False)


@given(
    lat=st.decimals(0, 89, places=4),
    lon=st.decimals("0.0001", 179, places=4),
    between=st.sampled_from([" ", ", ", ",", "; ", "/"]),
)
def test_two_bare_numbers_never_say_on_which_side_of_greenwich_they_are(
    lat: Decimal, lon: Decimal, between: str
) -> None:
    with pytest.raises(BadPosition) as refused:
        read_position(f"{lat}{between}{lon}")
    assert refused.value.reason == "no_hemisphere"


# -- did you mean


def test_kidal_typed_west_is_297_km_away_and_the_other_sign_is_offered() -> None:
    typed = (18.4411, -1.4078)
    assert inside(typed, MALI)
    assert distance_m(typed, KIDAL) == pytest.approx(297_000, abs=1_000)
    best = alternatives(typed, KIDAL, MALI)[0]
    assert (best.kind, best.point, best.distance_m) == ("sign", KIDAL, 0)


def test_minutes_typed_as_decimals_are_22_9_km_away_and_offered() -> None:
    typed = (14.04, -3.31)
    assert distance_m(typed, BANKASS) == pytest.approx(22_900, abs=100)
    best = alternatives(typed, BANKASS, MALI)[0]
    assert best.kind == "minutes"
    assert best.point == pytest.approx(read_position("14°04'N 3°31'W").point, abs=1e-9)
    assert format_dd(best.point, 4) == "14.0667, -3.5167"


def test_seconds_typed_as_decimals_are_offered() -> None:
    meant = read_position("14°29'03\"N 4°10'58\"W").point
    best = alternatives((14.2903, -4.1058), MOPTI, MALI)[0]
    assert best.kind == "seconds"
    assert best.point == pytest.approx(meant, abs=1e-9)


def test_exchanged_latitude_and_longitude_are_offered_even_without_a_declared_place() -> None:
    assert [(o.kind, o.point) for o in alternatives((-4.1830, 14.4843), None, MALI)] == [("swap", MOPTI)]
    assert read_position("-4.1830,14.4843").point == (-4.1830, 14.4843)


def test_nothing_is_offered_for_a_position_inside_the_country_without_a_declared_place() -> None:
    assert alternatives(KIDAL, None, MALI) == []


@given(point=in_mali)
def test_exchanging_the_axes_never_stays_inside_the_country(point: tuple[float, float]) -> None:
    assert not inside((point[1], point[0]), MALI)
    assert alternatives((point[1], point[0]), point, MALI)[0].point == point


@given(point=in_mali, declared=in_mali)
def test_every_offer_is_inside_and_nearer_than_what_was_typed(
    point: tuple[float, float], declared: tuple[float, float]
) -> None:
    offers = alternatives(point, declared, MALI)
    assert all(inside(offer.point, MALI) for offer in offers)
    assert all(offer.distance_m is not None and offer.distance_m < distance_m(point, declared) for offer in offers)
    assert [offer.distance_m for offer in offers] == sorted(offer.distance_m or 0 for offer in offers)


@given(
    degrees=st.tuples(st.integers(11, 24), st.integers(1, 11)),
    minutes=st.tuples(st.integers(0, 59), st.integers(0, 59)),
)
def test_whole_minutes_typed_as_decimals_are_found_again(degrees: tuple[int, int], minutes: tuple[int, int]) -> None:
    meant = (degrees[0] + minutes[0] / 60, -degrees[1] - minutes[1] / 60)
    typed = (degrees[0] + minutes[0] / 100, -degrees[1] - minutes[1] / 100)
    assume(typed != meant)
    offers = alternatives(typed, meant, MALI)
    assert offers[0].point == pytest.approx(meant, abs=1e-9)


@given(point=in_mali, digits=st.sampled_from([6, 8, 10]), shift=st.sampled_from([-1, 1]))
def test_the_neighbouring_zone_is_no_square_and_the_right_one_is_offered(
    point: tuple[float, float], digits: int, shift: int
) -> None:
    assume(all(inside((point[0] + north, point[1] + east), MALI) for north in (-0.01, 0.01) for east in (-0.01, 0.01)))
    right = format_mgrs(point, digits)
    wrong = f"{int(right[:2]) + shift:02d}{right[2:]}"
    with pytest.raises(BadPosition) as refused:
        read_position(wrong)
    assert refused.value.reason == "no_square"
    best = likely(wrong, point, MALI)[0]
    assert (best.kind, best.written) == ("zone", right)
    assert best.position.as_typed == wrong


@pytest.mark.parametrize(
    "text", ["30P UB 7250 0160", "30P/UB/7250/0160", "30P-UB-7250-0160", "30PUB 7250, 0160", "30pub72500160"]
)
def test_the_parts_of_a_square_may_be_set_apart(text: str) -> None:
    assert read_position(text).point == read_position("30PUB72500160").point


def test_a_square_without_its_zone_is_never_guessed_and_every_zone_of_the_country_is_offered() -> None:
    near = likely("UB 7250 0160", MOPTI, MALI)
    assert (near[0].kind, near[0].written) == ("square", "30PUB72500160")
    assert near[0].position.as_typed == "UB 7250 0160"
    assert {one.written for one in likely("UB 7250 0160", None, MALI)} == {one.written for one in near}
    assert likely("UB 725 01", MOPTI, MALI) == []  # east and north are not told apart


def test_the_letter_of_the_neighbouring_band_is_offered_too_and_without_a_place() -> None:
    assert [one.written for one in likely("30QUB725016", None, MALI)] == ["30PUB725016"]


@pytest.mark.parametrize("text", ["4.1830N 14.4843W", "4.1830, -14.4843", "-4.1830 14.4843"])
def test_an_exchange_is_seen_whether_the_sides_went_along_or_not(text: str) -> None:
    assert likely(text, MOPTI, MALI)[0].position.point == pytest.approx(MOPTI)


@pytest.mark.parametrize(
    ("text", "point"), [("4.1830 14.4843", MOPTI), ("14.29058 4.10980", MOPTI), ("18.4411 1.4078", KIDAL)]
)
def test_two_bare_numbers_are_offered_on_the_side_of_the_place(text: str, point: tuple[float, float]) -> None:
    best = likely(text, point, MALI)[0]
    assert best.kind == "side"
    assert best.position.point == pytest.approx(point, abs=1e-3)


def test_two_bare_numbers_without_a_place_are_offered_on_both_sides() -> None:
    assert {one.written for one in likely("16.2717 0.0447", None, MALI)} == {"16.27170, -0.04470", "16.27170, +0.04470"}


def test_what_was_minutes_is_known_no_better_than_to_a_minute() -> None:
    (best,) = (one for one in likely("14.04, -3.31", BANKASS, MALI) if one.kind == "minutes")
    assert best.position.uncertainty_m == pytest.approx(928, rel=0.01)
    assert best.position.as_typed == "14.04, -3.31"


# -- date-time groups


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("041400ZNOV19", datetime(2019, 11, 4, 14, tzinfo=UTC)),
        ("04 1400 Z nov 2019", datetime(2019, 11, 4, 14, tzinfo=UTC)),
        ("041400AFEV19", datetime(2019, 2, 4, 13, tzinfo=UTC)),
        ("041400ZAOÛ19", datetime(2019, 8, 4, 14, tzinfo=UTC)),
        ("041400ZDÉC19", datetime(2019, 12, 4, 14, tzinfo=UTC)),
        ("312330NDEC19", datetime(2020, 1, 1, 0, 30, tzinfo=UTC)),
        ("041400KJUIN19", datetime(2019, 6, 4, 4, tzinfo=UTC)),
        ("041400MMAI19", datetime(2019, 5, 4, 2, tzinfo=UTC)),
        ("041400YMAY19", datetime(2019, 5, 5, 2, tzinfo=UTC)),
    ],
)
def test_date_time_groups_are_read_in_english_and_french(text: str, at: datetime) -> None:
    assert read_dtg(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "041400NOV19",
        "041400JNOV19",
        "042400ZNOV19",
        "311400ZNOV19",
        "041460ZNOV19",
        "041400ZXXX19",
        "0414ZNOV19",
        "041400ZNOV",
    ],
)
def test_what_is_no_date_time_group_is_refused(text: str) -> None:
    with pytest.raises(BadDtg):
        read_dtg(text)


minutes_of_the_century = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 30)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)


@given(at=minutes_of_the_century)
def test_a_date_time_group_we_write_is_read_back(at: datetime) -> None:
    assert read_dtg(format_dtg(at)) == at


@given(at=minutes_of_the_century, letter=st.sampled_from("ABCDEFGHIKLMNOPQRSTUVWXY"))
def test_a_zone_letter_moves_the_instant_by_its_whole_hours(at: datetime, letter: str) -> None:
    text = f"{at:%d%H%M}{letter}{MONTHS[at.month - 1]}{at:%Y}"
    hours = (at - read_dtg(text)).total_seconds() / 3600
    assert hours == (
        "ABCDEFGHIKLM".index(letter) + 1 if letter in "ABCDEFGHIKLM" else -("NOPQRSTUVWXY".index(letter) + 1)
    )
