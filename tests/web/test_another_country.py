"""Nothing is Mali in code: the whole path of a notice in a country that is nowhere, with its own clock, words, numbers and codes."""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import databases
import pages
import pytest
from babel.messages.pofile import read_po
from kesh import SHIPPED, Kesh, kesh, profile
from openpyxl import load_workbook
from planted import Visitor, outside, signed_in, tell_the_time
from world import opened_app

from deconflict.bare import bare_app
from deconflict.domain.coordinates import format_mgrs
from deconflict.domain.rule_words import PHRASES
from deconflict.domain.words import PATTERNS
from deconflict.mission import MissionError, load_mission
from deconflict.schemas.whereabouts import candidates
from deconflict.settings import ROOT

OF_MALI = re.compile(r"Mali|MINUSMA|Bamako|Mopti|\+223|\b[Cc]ommunes?\b|\b[Cc]ercles?\b|\bML\d\d|Africa/")
DAY = "2019-12-10"
LANTERN_BAY = (-31.5800, 159.1100)


@pytest.fixture(params=databases.KINDS)
def country(request, tmp_path, network, mail, monkeypatch):
    for box in (*network.phones.all(), *mail.mailboxes.all()):
        while box.unread:
            box.expects("")
    with opened_app(request.param, tmp_path, network, mail, kesh(tmp_path / "kesh")) as app:
        world = Kesh(app, network, mail)
        world.at("2019-12-06T22:00Z")  # nine in the morning of Saturday the 7th there
        tell_the_time(app, monkeypatch, lambda: world.now)
        yield world


def at_home(country, name: str) -> Visitor:
    return signed_in(country.app, country.actors[name].person_id)


def window(name: str, earliest: str, latest: str) -> dict[str, str]:
    return pages.window(name, earliest, latest, DAY)


def distribution() -> dict[str, str]:
    form = pages.notice() | {
        "stops-0-place": "porto kesh",
        **window("stops-0-depart", "06:00", "07:00"),
        "stops-1-place": "Lantern Bay",
        **window("stops-1-arrive", "09:00", "10:00"),
        **window("stops-1-depart", "15:00", "16:00"),
        "stops-2-place": "Port Kesh",
        **window("stops-2-arrive", "18:00", "20:00"),
        "communications": "(202) 555-0177",
    }
    return form | {"level": "redacted"}


def patrol() -> dict[str, str]:
    """By the grid, and by date-time groups in the letter that this half-hour zone does not have: in Zulu."""
    return pages.patrol(format_mgrs((LANTERN_BAY[0] + 0.01, LANTERN_BAY[1]), 8)) | {
        "stops-0-arrive_from": "100200ZDEC19",
        "stops-0-arrive_to": "100230ZDEC19",
        "stops-0-depart_from": "100400ZDEC19",
        "stops-0-depart_to": "100500ZDEC19",
    }


def filed(country, name: str, url: str, form: dict[str, str]) -> str:
    return outside(pages.file, at_home(country, name).client, url, form)


def test_the_whole_path_in_another_country(country):
    notice = filed(country, "ngo", "/notices/new", distribution())
    plan = filed(country, "cimic", "/plans/new/patrol", patrol())
    country.turn()
    case = country.case
    assert case.area == "PORT"
    assert country.item(plan).sector == "HARBOUR"
    text = country.officer.phone.expects("URGENT")
    country.officer.mailbox.expects("URGENT")
    assert not OF_MALI.search(text)
    seen = {
        "the notice": at_home(country, "ngo").get(f"/notices/{notice}"),
        "the plan": at_home(country, "cimic").get(f"/plans/{plan}"),
        "the case": at_home(country, "officer").get(f"/desk/{case.reference}"),
        "the front page": at_home(country, "ngo").get("/"),
        "an empty form": at_home(country, "ngo").get("/notices/new"),
        "an empty plan": at_home(country, "cimic").get("/plans/new/patrol"),
        "the roster": at_home(country, "officer").get("/roster"),
        "everywhere": at_home(country, "officer").get("/roster/now"),
        "the large map": at_home(country, "ngo").post("/notices/new", data=distribution() | {"_do": "large"}),
        "the map": at_home(country, "ngo").post("/notices/new", data=distribution() | {"_do": "map-1"}),
        "the paper form": at_home(country, "officer").get("/paper/movement"),
    }
    for what, page in seen.items():
        assert page.status_code == 200, what
        found = OF_MALI.search(pages.words(page))
        assert not found, f"{what}: {found and found[0]}: {pages.words(page)}"
    told = pages.words(seen["the notice"])
    assert "Lantern Bay (ward Old Quay, district Kesh)" in told
    assert "09:00" in told  # the country's clock, and not ours
    assert "102200ZDEC19" not in told
    assert "10 décembre 2019 entre 13:00 et 13:30".replace("entre ", "") not in told
    planned = pages.words(seen["the plan"])
    assert "ward Old Quay, district Kesh" in planned
    assert re.search(r"13:00 (and|to|et) 13:30|between 13:00 and 13:30", planned), planned


def test_a_number_of_that_country_gets_the_text_and_one_of_another_is_relayed(country):
    assert country.mission.phone_plan.takes_texts("+12025550101")
    assert not country.mission.phone_plan.takes_texts("+22370000001")
    page = outside(
        pages.send, at_home(country, "ngo").client, "/notices/new", distribution() | {"communications": "70 00 00 07"}
    )
    assert "f-communications" in pages.errors(page)


@pytest.mark.parametrize("position", ["-31.5800, 159.1100", "31°34.8'S 159°06.6'E", "31,5800 S 159,1100 E", "57JXE"])
def test_positions_of_the_southern_hemisphere_are_read(country, position):
    typed = format_mgrs(LANTERN_BAY) if position == "57JXE" else position
    form = distribution() | {"stops-1-place": "Lantern Bay", "stops-1-position": typed}
    page = outside(pages.send, at_home(country, "ngo").client, "/notices/new", form)
    assert page.status_code == 200, pages.errors(page)
    assert "-31.58" in pages.words(page)


def test_exchanged_hemispheres_are_named_as_what_they_may_be(country):
    form = distribution() | {"stops-1-place": "Lantern Bay", "stops-1-position": "31.5800 N, 159.1100 E"}
    page = outside(pages.send, at_home(country, "ngo").client, "/notices/new", form)
    assert "Nord et sud, ou est et ouest, sont peut-être inversés" in pages.words(page), pages.words(page)


@pytest.mark.parametrize("typed", ["31.5800, 159.1100", "159.1100, -31.5800", "14.07, -3.52"])
def test_a_position_outside_is_refused_and_the_likely_one_offered(country, typed):
    form = distribution() | {"stops-1-place": "Lantern Bay", "stops-1-position": typed}
    page = outside(pages.send, at_home(country, "ngo").client, "/notices/new", form)
    assert page.status_code == 422
    offered = "-31.58000, +159.11000" in pages.words(page)
    assert offered == (typed != "14.07, -3.52")


def test_lists_and_files_of_that_country(country):
    notice = filed(country, "ngo", "/notices/new", distribution())
    book = at_home(country, "ngo").get("/files/template/movement.xlsx")
    words = " ".join(
        str(cell.value) for sheet in load_workbook(io.BytesIO(book.data)) for row in sheet for cell in row if cell.value
    )
    assert not OF_MALI.search(words), OF_MALI.search(words)
    taken = at_home(country, "ngo").post("/take-out", data={"what": "movement", "form": "geojson"})
    points = [
        f["geometry"]["coordinates"] for f in json.loads(taken.data)["features"] if f["geometry"]["type"] == "Point"
    ]
    assert [159.06, -31.52] in [[round(x, 2), round(y, 2)] for x, y in points]
    assert notice.encode() in taken.data
    assert not OF_MALI.search(taken.text)
    drawn = at_home(country, "ngo").post("/take-out", data={"what": "movement", "form": "kml"})
    assert re.search(r"159\.06\d*,-31\.52", drawn.text)
    assert not OF_MALI.search(drawn.text)


def test_the_clock_goes_on_by_half_an_hour_in_the_year(country):
    zone = country.mission.zone
    assert country.now.astimezone(zone).utcoffset().total_seconds() == 11 * 3600
    country.at("2020-06-01T00:00Z")
    assert country.now.astimezone(zone).utcoffset().total_seconds() == 10.5 * 3600
    assert not country.mission.is_day_off(date(2020, 1, 1))  # this profile names no holiday


def test_the_profile_is_in_order_by_itself(tmp_path):
    found = load_mission(profile(tmp_path / "kesh"))
    assert (found.gazetteer.edition, len(found.areas)) == ("COD-KSH 2025", 2)


def test_a_country_on_both_sides_of_180_degrees_is_refused_and_says_why(tmp_path):
    folder = profile(tmp_path / "kesh")
    told = (folder / "mission.toml").read_text(encoding="utf-8")
    told = told.replace("west = 156.0", "west = 176.0").replace("east = 162.0", "east = -178.0")
    (folder / "mission.toml").write_text(told, encoding="utf-8")
    with pytest.raises(MissionError, match="both sides of 180 degrees is not supported"):
        load_mission(folder)
    asked = ["mission", "check", str(folder)]
    app = bare_app(["flask", *asked])
    assert app
    ran = app.test_cli_runner().invoke(args=asked)
    assert ran.exit_code != 0
    assert "both sides of 180 degrees is not supported" in ran.output


@pytest.mark.parametrize(
    ("words", "pcodes"),
    [
        ("ward Old Quay", ["KS10101"]),
        ("Ward of Saltmarsh", ["KS10102"]),
        ("ward de Saltmarsh", ["KS10102"]),
        ("Saltmarsh", ["KSP0003"]),  # the settlement, which the ward is named after
        ("commune Saltmarsh", []),
        ("wardSaltmarsh", []),
    ],
)
def test_the_smallest_unit_is_understood_by_the_countrys_own_word(tmp_path, words, pcodes):
    found = candidates(kesh(tmp_path / "kesh").gazetteer, words)
    assert [place.pcode for place in found] == pcodes


@pytest.mark.parametrize("language", PATTERNS)
def test_reasons_and_messages_name_no_level_of_one_country(language):
    with (ROOT / "deconflict/translations/fr/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = [text for one in read_po(file, locale="fr") if one.id for text in (str(one.id), str(one.string))]
    said = [*PATTERNS[language].values(), *PHRASES[language].values(), *catalogue]
    named = [text for text in said if LEVEL.search(re.sub(r"%\(\w+\)s|\{\w+\}", "", text))]
    assert not named, "\n".join(named)


LEVEL = re.compile(r"\b(communes?|cercles?)\b", re.IGNORECASE)
WORDS = re.compile(r"\bMali(?:an|en|enne)?s?\b|MINUSMA|Bamako|Mopti|\+223(?!70000000)|\bML\d\d")
NAMED = {
    # As an example of what a setting looks like.
    "deconflict/schemas/mission_file.py": "Africa/Bamako",
    "deconflict/cli_handover.py": "Africa/Bamako",
    "deconflict/settings.py": "mali-minusma",
}


def spoken(path: Path) -> Iterator[tuple[int, str]]:
    """What of a file can come to be read, by line: all of a template, of code the texts that are no docstrings."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield from enumerate(text.splitlines(), 1)
        return
    tree = ast.parse(text)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    own = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in own:
            yield node.lineno, node.value


def test_no_word_of_mali_stands_in_code_or_pages():
    """But for the profile that is the default, and examples of what a setting looks like."""
    found = []
    for folder in ("deconflict", "templates"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".html", ".js", ".txt", ".css") and "vendor" not in path.parts:
                name = path.relative_to(ROOT).as_posix()
                said = ((n, line.replace(NAMED.get(name, "\0"), "")) for n, line in spoken(path))
                found += [f"{name}:{n}: {line.strip()}" for n, line in said if WORDS.search(line)]
    assert not found, "\n".join(found)
    assert SHIPPED.is_dir()
