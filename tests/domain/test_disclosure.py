"""The only gate: every cell of the matrix, and what one side may be told of the other."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import make
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain import disclosure, matrix, roles
from deconflict.domain.activity import OPEN_END, Side
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import NO_END, HalfDay, ItemFacts, half_days, may_be_asked, released_words
from deconflict.domain.filing import Level
from deconflict.domain.recipients import may_hear
from deconflict.domain.zone import Zone

OWNER, STRANGER = 7, 8
OWN_HUM = "submitter focal_point"
OWN_MIL = "cimic ops qip_manager"
OFFICERS = "cmcoord suboffice_head ocha_head"

# element -> who sees his own, who sees everybody's. A role that is not named sees nothing of it.
MATRIX = {
    "notice.organisation": (OWN_HUM, OFFICERS),
    "notice.activity": (OWN_HUM, OFFICERS),
    "notice.route": (OWN_HUM, OFFICERS),
    "notice.timing": (OWN_HUM, OFFICERS),
    "notice.vehicles": (OWN_HUM, OFFICERS),
    "notice.persons": (OWN_HUM, OFFICERS),
    "notice.cargo": (OWN_HUM, OFFICERS),
    "notice.escort": (OWN_HUM, OFFICERS),
    "notice.team_phone": (OWN_HUM, OFFICERS),
    "notice.overnight": (OWN_HUM, "cmcoord"),
    "notice.plates": (OWN_HUM, "cmcoord"),
    "plan.organisation": (OWN_MIL, OFFICERS),
    "plan.activity": (OWN_MIL, OFFICERS),
    "plan.route": (OWN_MIL, OFFICERS),
    "plan.timing": (OWN_MIL, OFFICERS),
    "plan.traits": (OWN_MIL, OFFICERS),
    "case.desk": ("", OFFICERS),
    "case.own": (f"{OWN_HUM} {OWN_MIL}", ""),
    "contact.phone": ("focal_point", OFFICERS),
    "people.colleagues": ("submitter focal_point", ""),
    "contact.keep": ("focal_point cimic", "administrator"),
    "people.keep": ("focal_point cimic", ""),
    "people.restore": ("focal_point cimic", "administrator"),
    "people.list": ("focal_point cimic", f"{OFFICERS} administrator"),
}
SEES_SENSITIVE = {"cmcoord", "ocha_head"}

# field of a view -> element that opens it. What is not here is shown with the item itself.
NOTICE_FIELDS = {
    "organisation": "notice.organisation",
    "kind": "notice.activity",
    "stops": "notice.timing",
    "vehicles": "notice.vehicles",
    "marking": "notice.vehicles",
    "persons": "notice.persons",
    "cargo": "notice.cargo",
    "urgency": "notice.timing",
    "urgency_reason": "notice.timing",
    "escort": "notice.escort",
    "escort_by": "notice.escort",
    "communications": "notice.team_phone",
    "overnight": "notice.overnight",
    "plates": "notice.plates",
    "vehicle_type": "notice.vehicles",
    "second_phone": "notice.team_phone",
    "radio": "notice.team_phone",
    "coverage_lost_at": "notice.timing",
    "check_in_plan": "notice.timing",
    "confirmed": "notice.route",
}
PLAN_FIELDS = {
    "organisation": "plan.organisation",
    "kind": "plan.activity",
    "stops": "plan.timing",
    "zone": "plan.timing",
    **dict.fromkeys(
        ("aid_component", "joint_with", "title", "media", "urgency", "category", "no_notice"), "plan.traits"
    ),
    **dict.fromkeys(("qip", "occasion", "civilian"), "plan.traits"),
    **dict.fromkeys(
        ("needs_basis", "civilian_lead", "civilian_actor", "civilian_reason", "alternative", "alternative_too"),
        "plan.traits",
    ),
}

NOTICE = replace(
    make.distribution("Bankass", "10 Dec 07:43-15:11", phone="+22370000091"),
    cargo="food",
    urgency="urgent",
    urgency_reason="a reason",
    escort="provided",
    escort_by="host_forces",
    overnight="a house",
    plates="AB-1234-MD",
    second_phone="+8816123400091",
    coverage_lost_at=datetime(2019, 12, 10, 12, tzinfo=UTC),
    confirmed_by=2,
)
PLAN = replace(
    make.patrol("Bankass", "10 Dec 13:07-16:00"), title="a well", media=True, urgency="urgent", zone=Zone("polygon")
)


def facts(side=Side.HUMANITARIAN, *, level=Level.REDACTED, sensitive=False, owner=OWNER, sector="C") -> ItemFacts:
    filing = replace(NOTICE if side is Side.HUMANITARIAN else PLAN, level=level)
    return ItemFacts(
        id=1,
        side=side,
        owner_id=owner,
        owner_name="ONG Alpha",
        reference="4F7K2",
        state="submitted",
        version=1,
        level=level,
        area="MOPTI",
        sector=sector,
        late=False,
        sensitive=sensitive,
        filed_at=datetime(2019, 12, 1, tzinfo=UTC),
        filing=filing,
    )


def somebody(*codes: str, organisation=OWNER, scope=None) -> Audience:
    return Audience(1, organisation, roles.SIDE_OF[codes[0]], frozenset(codes), scope)


def opened(element: str, role: str, own: bool, sensitive: bool) -> bool:
    own_readers, all_readers = MATRIX[element]
    if own and role in own_readers.split():
        return True
    return role in all_readers.split() and (not sensitive or role in SEES_SENSITIVE)


# ---- the matrix ----------------------------------------------------------------------------------------------------


def test_the_matrix_has_these_elements_and_names_only_roles_that_exist():
    assert matrix.MATRIX.keys() == MATRIX.keys()
    assert all(cells.keys() <= roles.ALL for cells in matrix.MATRIX.values())


@pytest.mark.parametrize("element", MATRIX)
def test_every_role_finds_every_cell_as_it_is_written_here(element):
    for role, own, sensitive in product(sorted(roles.ALL), (True, False), (True, False)):
        found = matrix.opens(element, somebody(role), own=own, sensitive=sensitive)
        assert found is opened(element, role, own, sensitive), (role, own, sensitive)


@pytest.mark.parametrize("role", sorted(roles.ALL - {"submitter", "focal_point", *OWN_MIL.split(), *OFFICERS.split()}))
def test_administrators_auditors_and_committees_see_nothing_even_of_their_own_organisation(role):
    for side, sensitive in product(Side, (True, False)):
        assert disclosure.view_of_item(facts(side, sensitive=sensitive), somebody(role)) is None
    assert not disclosure.sees_desk_case(somebody(role), sensitive=False)
    assert not disclosure.sees_own_case(facts(), somebody(role), told=True)


@pytest.mark.parametrize("role", sorted(roles.ALL))
@pytest.mark.parametrize(
    ("side", "by_element"), [(Side.HUMANITARIAN, NOTICE_FIELDS), (Side.MISSION, PLAN_FIELDS)], ids=["notice", "plan"]
)
def test_a_view_holds_what_its_reader_may_see_and_none_elsewhere(role, side, by_element):
    noun = "notice" if side is Side.HUMANITARIAN else "plan"
    for organisation, sensitive in product((OWNER, STRANGER), (True, False)):
        own = organisation == OWNER
        view = disclosure.view_of_item(facts(side, sensitive=sensitive), somebody(role, organisation=organisation))
        assert (view is not None) is opened(f"{noun}.route", role, own, sensitive)
        if view is None:
            continue
        assert view.own is (own and role != roles.SUBOFFICE_HEAD)  # who enters no areas
        for field, element in by_element.items():
            shown = getattr(view, field) is not None
            assert shown is opened(element, role, own, sensitive), (field, organisation, sensitive)
        everywhere = {"reference", "side", "state", "version", "level", "late", "filed_at", "own", "of_ocha"}
        beside = everywhere | {"area", "sector", "mode"} | by_element.keys()
        for field in fields(view):
            assert field.name in beside or getattr(view, field.name) is None, f"{field.name} is of the other kind"


def test_an_area_that_ocha_entered_is_read_by_officers_alone_and_from_whom_it_has_it():
    plan = facts(Side.MISSION)
    area = replace(plan, of_ocha=True, filing=replace(plan.filing, known_from="force"))
    for role in sorted(roles.ALL):
        view = disclosure.view_of_item(area, somebody(role, organisation=STRANGER))
        assert (view is not None) is (role in OFFICERS.split()), role
        assert view is None or (view.of_ocha, view.known_from) == (True, "force")
        # Whatever a plan of the mission says there, nobody reads it of that.
        not_ours = replace(area, of_ocha=False)
        for organisation in (OWNER, STRANGER):
            shown = disclosure.view_of_item(not_ours, somebody(role, organisation=organisation))
            assert shown is None or shown.known_from is None
    for role, own in (("cmcoord", True), ("ocha_head", True), ("suboffice_head", False), ("radio_operator", False)):
        assert disclosure.is_own(area, somebody(role)) is own


def test_of_such_an_area_nobody_is_asked_or_written_to():
    area = replace(facts(Side.MISSION, level=MO), of_ocha=True)
    notice = facts(HUM, level=Level.FULL)
    assert not may_be_asked(area, notice, frozenset({"humanitarian", "mission"}))
    assert may_be_asked(notice, area, frozenset({"mission"}))  # once whoever entered it said what may be told
    assert not may_be_asked(notice, area, frozenset())
    for purpose, eyes_only, late in product(
        ("desk", "request", "minimal", "closing", "overdue"), (False, True), (False, True)
    ):
        assert not may_hear("mission", purpose, notice, eyes_only=eyes_only, late=late, of_ocha=True)
    assert may_hear("ocha", "desk", notice, eyes_only=False, late=False, of_ocha=True)


def test_two_roles_see_what_either_sees():
    head = somebody(roles.SUBOFFICE_HEAD, organisation=STRANGER)
    both = somebody(roles.SUBOFFICE_HEAD, roles.CMCOORD, organisation=STRANGER)
    of_head, of_both = (disclosure.view_of_item(facts(), who) for who in (head, both))
    assert of_head is not None
    assert of_head.overnight is of_head.plates is None
    assert of_both is not None
    assert (of_both.overnight, of_both.plates) == (NOTICE.overnight, NOTICE.plates)


def test_a_plan_is_its_sector_s_own_and_the_whole_force_s():
    plan = facts(Side.MISSION, sector="C")
    for scope, seen in ((None, True), ("C", True), ("E", False)):
        view = disclosure.view_of_item(plan, somebody(roles.CIMIC, scope=scope))
        assert (view is not None) is seen, scope
        assert disclosure.sees_own_case(plan, somebody(roles.CIMIC, scope=scope), told=True) is seen
        assert not disclosure.is_own(plan, somebody(roles.CIMIC, organisation=STRANGER, scope=scope))


def test_a_notice_has_no_sector_for_its_owner():
    for scope in (None, "C", "E"):
        assert disclosure.is_own(facts(sector="C"), somebody(roles.FOCAL_POINT, scope=scope))


def test_neither_side_sees_an_item_of_the_other_whatever_its_level():
    for level in Level:
        for role in (*_SIDE[Side.HUMANITARIAN], *_SIDE[Side.MISSION]):
            for side in Side:
                if role not in _SIDE[side]:
                    stranger = somebody(role, organisation=STRANGER)
                    assert disclosure.view_of_item(facts(side, level=level), stranger) is None


_SIDE = {Side.HUMANITARIAN: OWN_HUM.split(), Side.MISSION: OWN_MIL.split()}


def test_a_case_exists_for_officers_and_a_sensitive_one_for_two_of_them():
    for role in roles.ALL:
        seen = [disclosure.sees_desk_case(somebody(role), sensitive=sensitive) for sensitive in (False, True)]
        assert seen == [role in OFFICERS.split(), role in SEES_SENSITIVE], role


def test_a_party_s_page_of_a_case_exists_once_something_was_said_to_it():
    for role, told, organisation in product(sorted(roles.ALL), (True, False), (OWNER, STRANGER)):
        found = disclosure.sees_own_case(facts(), somebody(role, organisation=organisation), told=told)
        wanted = told and organisation == OWNER and role in f"{OWN_HUM} {OWN_MIL}".split()
        assert found is wanted, (role, told, organisation)


# ---- half-days -----------------------------------------------------------------------------------------------------

ZONES = (
    "Africa/Bamako",
    "Asia/Kabul",
    "America/Port-au-Prince",
    "Pacific/Kiritimati",
)  # Port-au-Prince changes its clocks
PARTS = {"morning": (6, 12), "afternoon": (12, 18), "night": (18, 30)}  # hours of the wall clock
EPOCH = datetime(2019, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 60 * 24 * 365).map(lambda minutes: EPOCH + timedelta(minutes=minutes))
SPANS = st.tuples(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=400)))


def bounds(half: HalfDay, zone: str) -> tuple[datetime, datetime]:
    """The instants at which it begins and ends; a night bears its evening's date."""
    midnight = datetime.combine(half.day, time(), ZoneInfo(zone))
    begins, ends = (midnight + timedelta(hours=hours) for hours in PARTS[half.part])
    return begins.astimezone(UTC), ends.astimezone(UTC)


@given(SPANS, st.sampled_from(ZONES))
def test_half_days_begin_and_end_with_the_span_however_long_it_is(span, zone):
    starts, ends = span[0], span[0] + span[1]
    edges = [bounds(half, zone) for half in half_days(starts, ends, zone)]
    assert edges[0][0] <= starts < edges[0][1]
    assert edges[-1][0] <= ends < edges[-1][1]
    assert len(edges) == 1 or edges[0][1] <= edges[1][0]


def test_an_hour_that_comes_twice_in_autumn_lies_in_its_night():
    """01:30 summer time to 01:10 winter time: forty minutes, though the clock on the wall says twenty back."""
    first, second = (datetime(2019, 11, 3, hour, minute, tzinfo=UTC) for hour, minute in ((5, 30), (6, 10)))
    assert half_days(first, second, "America/Port-au-Prince") == (HalfDay(date(2019, 11, 2), "night"),)


def test_what_stands_there_until_further_notice_has_no_last_half_day():
    morning = datetime(2019, 12, 10, 7, 43, tzinfo=UTC)
    for end in (OPEN_END, OPEN_END + timedelta(hours=3)):
        assert half_days(morning, end, "Africa/Bamako") == (HalfDay(date(2019, 12, 10), "morning"), NO_END)


@given(SPANS, SPANS, st.sampled_from(ZONES))
def test_instants_in_the_same_half_days_read_the_same(one, other, zone):
    """Nothing finer than a half-day comes out: whatever lies in the same first and last gives the same words."""
    first, second = (half_days(start, start + length, zone) for start, length in (one, other))
    if (first[0], first[-1]) == (second[0], second[-1]):
        assert first == second


@given(INSTANTS, st.sampled_from(ZONES))
def test_an_instant_is_rounded_to_the_half_day_that_holds_it(at, zone):
    (half,) = half_days(at, at, zone)
    begins, ends = bounds(half, zone)
    assert begins <= at < ends
    assert ends - begins >= timedelta(hours=6)


@pytest.mark.parametrize(
    ("clock", "wanted"),
    [
        ("10 05:59", (9, "night")),
        ("10 06:00", (10, "morning")),
        ("10 11:59", (10, "morning")),
        ("10 12:00", (10, "afternoon")),
        ("10 17:59", (10, "afternoon")),
        ("10 18:00", (10, "night")),
        ("11 00:00", (10, "night")),
    ],
)
def test_the_parts_of_a_day_begin_at_six_noon_and_six(clock, wanted):
    day, _, hours = clock.partition(" ")
    at = datetime.fromisoformat(f"2019-12-{day}T{hours}:00+00:00")
    assert half_days(at, at, "Africa/Bamako") == (HalfDay(date(2019, 12, wanted[0]), wanted[1]),)


def test_a_span_that_ends_at_noon_sharp_also_touches_the_afternoon():
    morning = datetime(2019, 12, 10, 7, 43, tzinfo=UTC)
    noon = datetime(2019, 12, 10, 12, tzinfo=UTC)
    assert [half.part for half in half_days(morning, noon, "Africa/Bamako")] == ["morning", "afternoon"]
    assert half_days(noon, morning, "Africa/Bamako") == ()


# ---- who may be asked, with which words ------------------------------------------------------------------------------

HUM, MIL = Side.HUMANITARIAN, Side.MISSION
MO, RED, FULL = Level.MATCH_ONLY, Level.REDACTED, Level.FULL
# level of the notice, level of the plan -> may the organisation be asked, may the mission be asked (RUL-8)
ASKED = {
    (MO, MO): (False, False),
    (MO, RED): (True, False),
    (MO, FULL): (True, False),
    (RED, MO): (False, True),
    (RED, RED): (True, True),
    (RED, FULL): (True, True),
    (FULL, MO): (False, True),
    (FULL, RED): (True, True),
    (FULL, FULL): (True, True),
}


def asked(hum: ItemFacts, mil: ItemFacts, released: frozenset[str] = frozenset()) -> tuple[bool, bool]:
    return may_be_asked(hum, mil, released), may_be_asked(mil, hum, released)


@pytest.mark.parametrize("levels", ASKED, ids=lambda pair: f"{pair[0]}-{pair[1]}")
def test_an_owner_may_be_asked_where_the_other_released_something(levels):
    assert asked(facts(HUM, level=levels[0]), facts(MIL, level=levels[1])) == ASKED[levels]


@pytest.mark.parametrize("levels", ASKED, ids=lambda pair: f"{pair[0]}-{pair[1]}")
def test_a_one_off_release_of_one_side_opens_the_asking_of_the_other_and_nothing_else(levels):
    hum, mil = facts(HUM, level=levels[0]), facts(MIL, level=levels[1])
    before = ASKED[levels]
    assert asked(hum, mil, frozenset({"mission"})) == (True, before[1])
    assert asked(hum, mil, frozenset({"humanitarian"})) == (before[0], True)
    assert asked(hum, mil, frozenset({"humanitarian", "mission"})) == (True, True)


@pytest.mark.parametrize("levels", ASKED, ids=lambda pair: f"{pair[0]}-{pair[1]}")
@pytest.mark.parametrize("released", [(), ("humanitarian",), ("mission",), ("humanitarian", "mission")], ids=str)
def test_the_mission_is_never_asked_because_of_a_sensitive_notice(levels, released):
    hum = facts(HUM, level=levels[0], sensitive=True)
    assert asked(hum, facts(MIL, level=levels[1]), frozenset(released))[1] is False
    assert words_of(hum, frozenset(released)) is None


def words_of(other: ItemFacts, released: frozenset[str] = frozenset(), crowd: bool = True):
    return released_words(
        other,
        place="Bankass",
        pcode="ML0501",
        starts_at=datetime(2019, 12, 10, 7, 43, tzinfo=UTC),
        ends_at=datetime(2019, 12, 10, 12, 11, tzinfo=UTC),
        crowd=crowd,
        zone="Africa/Bamako",
        released=released,
    )


def test_match_only_gives_no_words_until_its_own_owner_releases_once():
    for side, other in ((HUM, MIL), (MIL, HUM)):
        item = facts(side, level=MO)
        assert words_of(item) is None
        assert words_of(item, frozenset({other.value})) is None
        assert words_of(item, frozenset({side.value})) == words_of(facts(side, level=RED))


def test_words_are_a_settlement_half_days_whether_people_gather_and_at_the_full_level_what_vehicles_look_like():
    day = date(2019, 12, 10)
    for level, crowd in product((RED, FULL), (True, False)):
        words = words_of(facts(HUM, level=level), crowd=crowd)
        assert words is not None
        assert (words.place, words.pcode, words.crowd) == ("Bankass", "ML0501", crowd)
        assert words.half_days == (HalfDay(day, "morning"), HalfDay(day, "afternoon"))
        assert (words.recognition is not None) == (level is FULL)
    assert {field.name for field in fields(words)} == {"place", "pcode", "half_days", "crowd", "recognition"}


def test_a_humanitarian_is_never_told_whether_people_gather_at_a_plan():
    for level, crowd in product((RED, FULL), (True, False)):
        words = words_of(facts(MIL, level=level), crowd=crowd)
        assert words is not None
        assert words.crowd is None


# ---- who may be sent word --------------------------------------------------------------------------------------------

# Columns: not eyes-only then eyes-only; in each, in time then late; in each, the notice's level: unknown, match_only,
# redacted, full.
HEARS = """
ocha          desk      ++++ ++++  ++++ ++++
ocha          request   ---- ----  ---- ----
ocha          minimal   ---- ----  ---- ----
ocha          closing   ++++ ++++  ++++ ++++
humanitarian  desk      ---- ----  ---- ----
humanitarian  request   ++++ ++++  ++++ ++++
humanitarian  minimal   ++++ ----  ++++ ----
humanitarian  closing   ++++ ++++  ++++ ++++
mission       desk      ---- ----  ---- ----
mission       request   ++++ ++++  ---- ----
mission       minimal   --++ ----  ---- ----
mission       closing   ++++ ++++  ---- ----
"""


@pytest.mark.parametrize("line", [line for line in HEARS.split("\n") if line], ids=lambda line: line[:22])
def test_whoever_hears_stands_in_this_table(line):
    side, purpose, *cells = line.split()
    columns = product((False, True), (False, True), (None, MO, RED, FULL))
    for cell, (eyes_only, late, level) in zip("".join(cells), columns, strict=True):
        notice = facts(HUM, level=level) if level else None
        assert may_hear(side, purpose, notice, eyes_only=eyes_only, late=late) is (cell == "+"), (
            eyes_only,
            late,
            level,
        )


def test_a_purpose_or_a_side_nobody_knows_is_told_nothing():
    for side, purpose in product(("ocha", "humanitarian", "mission", "jmac", ""), ("escort", "")):
        assert not may_hear(side, purpose, facts(), eyes_only=False, late=False)
    assert not may_hear("jmac", "desk", facts(), eyes_only=False, late=False)
    assert not may_hear("jmac", "minimal", None, eyes_only=False, late=False)
