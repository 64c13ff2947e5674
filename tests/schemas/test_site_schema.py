"""What a static site must say, each error at its field, and a form that would be read as the same site again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from filed import MISSION, sure

from deconflict.domain.activity import OPEN_END
from deconflict.domain.coordinates import format_mgrs
from deconflict.domain.filing import Level
from deconflict.schemas.forms import receive, typed
from deconflict.schemas.notices import DISCLAIMER_VERSION
from deconflict.schemas.sites import SiteSchema

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
HERE = (14.0712, -3.5163)


def form(**changes: str) -> dict[str, str]:
    """A school in Bankass, open on weekdays."""
    given = {
        "name": "École fondamentale de Bankass A",
        "aliases": "Ancien marché; EFB-1",
        "kind": "SITE_SCHOOL",
        "works": "yes",
        "stops-0-place": "Bankass",
        "stops-0-position": "14.0712, -3.5163",
        "fix_method": "gps",
        "fixed_on": "2026-11-20",
        "radius_m": "120",
        "valid_from": "2019-01-01",
        "operator": "Académie",
        "communications": "70 00 00 01",
        "opening": "hours",
        **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "yes"),
        "opens": "07:30",
        "closes": "17:00",
        "marking": "flag",
        "occupancy": "many",
        "level": "redacted",
        "disclaimer": DISCLAIMER_VERSION,
    }
    return {name: text for name, text in (given | changes).items() if text}


def schema() -> SiteSchema:
    return SiteSchema(MISSION, NOW)


def errors(**changes: str) -> dict[str, list[str]]:
    return receive(schema(), form(**changes)).errors


def test_a_site_is_understood_whole():
    received = receive(schema(), form())
    assert received.errors == {}
    site = received.filing
    assert (site.kind, site.level, site.name) == ("SITE_SCHOOL", Level.REDACTED, "École fondamentale de Bankass A")
    assert (site.aliases, site.days) == (("Ancien marché", "EFB-1"), (0, 1, 2, 3, 4))
    assert (site.opens, site.closes, site.fixed_on) == (time(7, 30), time(17), date(2026, 11, 20))
    assert (site.radius_m, site.communications) == (120, "+22370000001")
    (stop,) = site.stops
    assert stop.location.point == (14.0712, -3.5163)
    assert stop.arrive.earliest == datetime(2019, 1, 1, tzinfo=UTC)
    assert stop.depart.latest == OPEN_END


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"opening": "always", **dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "opens", "closes"), "")},
        {"communications": "", "aliases": ""},
    ],
)
def test_a_form_to_amend_would_be_read_as_the_same_site(changes):
    site = receive(schema(), form(**changes)).filing
    assert receive(schema(), typed(site, MISSION.zone)).filing == site


@pytest.mark.parametrize("position", ["14.071, -3.516", format_mgrs(HERE, 6), "14°04'16\"N 3°30'59\"W", ""])
def test_a_position_known_to_more_than_ten_metres_is_asked_for_again(position):
    assert set(errors(**{"stops-0-position": position})) == {"stops-0-position"}


@pytest.mark.parametrize(
    "position", ["14.0712, -3.5163", format_mgrs(HERE, 8), "14°04'16.3\"N 3°30'58.7\"W", "14.0712 -3.5163 271.3 18"]
)
def test_four_decimals_eight_digits_tenths_of_a_second_or_a_telephone_s_fix_will_do(position):
    typed_form = sure(schema(), form(**{"stops-0-position": position}))
    assert receive(schema(), typed_form).errors == {}


def test_a_position_far_from_its_place_is_doubted_and_a_slip_is_refused_as_elsewhere():
    assert "stops-0-sure_far" in errors(**{"stops-0-position": "14.1513, -3.5163"})
    assert set(errors(**{"stops-0-position": "14.0712, 3.5163"})) == {"stops-0-position"}


@pytest.mark.parametrize("name", ["name", "kind", "works", "fix_method", "fixed_on", "radius_m"])
def test_what_is_missing_is_said_at_its_field(name):
    assert set(errors(**{name: ""})) == {name}


@pytest.mark.parametrize("name", ["operator", "opening", "occupancy", "valid_from", "level", "disclaimer"])
def test_what_else_is_missing_is_said_at_its_field(name):
    assert name in errors(**{name: ""})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "DIST_FOOD"}, "kind"),
        ({"confirmed_by": "99"}, "confirmed_by"),
        ({"radius_m": "0"}, "radius_m"),
        ({"radius_m": "6000"}, "radius_m"),
        ({"fixed_on": "2026-12-02"}, "fixed_on"),
        ({"valid_from": "2036-01-01"}, "valid_from"),
        ({"valid_from": "1219-01-01"}, "valid_from"),
        ({"closes": "07:00"}, "closes"),
        ({"opens": ""}, "opens"),
        (dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ""), "mon"),
        ({"opening": "always"}, "opening"),
        ({"kind": "SITE_GUESTHOUSE"}, "level"),
        ({"level": "full"}, "level"),
        ({"aliases": "a, b, c, d, e, f"}, "aliases"),
        ({"communications": "12"}, "communications"),
        ({"photo": "x"}, "photo"),
        ({"beneficiaries": "300"}, "beneficiaries"),
        ({"mode": "road"}, "mode"),
        ({"urgency": "urgent"}, "urgency"),
        ({"stops-1-place": "Koro"}, "stops"),
        ({"stops-0-activity": "DIST_FOOD"}, "stops-0-activity"),
        ({"stops-0-arrive_date": "2026-12-10"}, "stops-0-arrive_date"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changes, field):
    assert field in errors(**changes)


def test_a_guesthouse_is_match_only():
    assert errors(kind="SITE_GUESTHOUSE", level="match_only") == {}


def test_an_empty_form_says_all_that_is_missing_and_breaks_nothing():
    assert {"name", "kind", "stops", "radius_m", "level", "disclaimer"} <= set(receive(schema(), {}).errors)


@pytest.mark.parametrize(
    ("field", "text", "found"),
    [
        ("name", "Site de 350 ménages", "350 ménages"),
        ("name", "Magasin (5 000 000 FCFA)", "5 000 000 FCFA"),
        ("aliases", "EFB-1; Poste, mitrailleuse", "mitrailleuse"),
        ("operator", "Académie, 145,500 MHz", "145,500 MHz"),
        ("co_operators", "Comité, 70 00 00 07", "70 00 00 07"),
        ("stops-0-place", "Bankass, 350 ménages", "350 ménages"),
    ],
)
def test_what_a_notice_never_holds_is_in_no_name_of_a_site(field, text, found):
    wrong = errors(**{field: text})
    assert set(wrong) == {field}
    assert found in wrong[field][0]


def test_a_site_may_be_called_after_a_people_or_a_founder():
    for name in ("CSRéf Dr Kampo", "École de Sama-Peulh", "ARCAD-SIDA", "Site 3 PDI"):
        assert errors(name=name, aliases="Faladié-Arabes", operator="AFD") == {}, name
