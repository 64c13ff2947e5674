"""Positions on the pages of both sides: told in words, asked about where they are doubtful, mended only by the person."""

from __future__ import annotations

import gzip
import html
import re

import pytest
from pages import errors, event, fields, file, notice, patrol, send, stored, words
from werkzeug.test import TestResponse

NEW, PATROL, EVENT = "/notices/new", "/plans/new/patrol", "/plans/new/event"
KIDAL_WEST = {"stops-1-place": "Kidal", "stops-1-position": "18.4411, -1.4078", "mode": "air"}
FAR = {"stops-1-position": "14.1210, -3.4710"}
MEANT = "18.44110, +1.40780"


def radios(page: TestResponse, name: str) -> list[str]:
    tags = re.findall(rf'<input[^>]*type="radio" name="{name}" value="([^"]*)"', page.text)
    return [html.unescape(value) for value in tags]


def ticks(page: TestResponse) -> dict[str, str]:
    """What the ticks of a page would say if they were set."""
    found = {}
    for tag in re.findall(r'<input[^>]*type="checkbox"[^>]*>', page.text):
        name, value = (re.search(rf'{key}="([^"]*)"', tag)[1] for key in ("name", "value"))
        if "-sure_" in name:
            found[name] = html.unescape(value)
    return found


def place_of(app, reference: str, n: int = 1) -> dict[str, object]:
    return stored(app, reference)[1].filing["stops"][n]["location"]


# -- the likely correction


def test_a_longitude_on_the_wrong_side_is_refused_and_the_other_side_is_a_choice(app, ngo):
    page = send(ngo, NEW, notice(**KIDAL_WEST))
    assert (page.status_code, errors(page)) == (422, ["f-stops-1-position"])
    assert radios(page, "stops-1-correction") == [MEANT, ""]
    assert re.search(rf"{re.escape(MEANT)} \(.*Kidal.*commune Kidal, cercle Kidal\)", words(page))
    assert "à l'ouest" in words(page) or "au sud-ouest" in words(page)  # where the typed figures would be
    assert send(ngo, NEW, fields(page)).status_code == 422  # nobody chose: nothing is mended
    reference = file(ngo, NEW, fields(page) | {"stops-1-correction": MEANT})
    place = place_of(app, reference)
    assert place["point"] == pytest.approx([18.4411, 1.4078])
    assert (place["as_typed"], place["corrected"]) == ("18.4411, -1.4078", MEANT)
    shown = words(ngo.get(f"/notices/{reference}"))
    assert "18.4411, -1.4078" in shown
    assert MEANT in shown


def test_a_choice_stays_on_the_page_and_can_be_taken_back(ngo):
    page = send(ngo, NEW, notice(**KIDAL_WEST, persons="six") | {"stops-1-correction": MEANT})
    assert errors(page) == ["f-persons"]
    assert fields(page)["stops-1-correction"] == MEANT
    assert fields(page)["stops-1-position"] == "18.4411, -1.4078"
    assert errors(send(ngo, NEW, fields(page) | {"persons": "6", "stops-1-correction": ""})) == ["f-stops-1-position"]


def test_a_choice_does_not_outlive_what_was_typed(ngo):
    form = notice(**KIDAL_WEST) | {"stops-1-correction": MEANT, "stops-1-position": "17.4411, -1.4078"}
    assert errors(send(ngo, NEW, form)) == ["f-stops-1-position"]


def test_what_was_chosen_is_chosen_again_on_the_page_that_amends(app, ngo):
    reference = file(ngo, NEW, notice(**KIDAL_WEST) | {"stops-1-correction": MEANT})
    amend = fields(ngo.get(f"/notices/{reference}/amend"))
    assert amend["stops-1-correction"] == MEANT
    review = send(ngo, f"/notices/{reference}/amend", amend | {"persons": "7"})
    assert send(ngo, f"/notices/{reference}/amend", fields(review), "file").status_code == 303
    assert place_of(app, reference)["as_typed"] == "18.4411, -1.4078"


def test_a_grid_square_of_the_neighbouring_zone_is_offered_in_its_own(app, g9):
    page = send(g9, PATROL, patrol("31PUB725016"))
    assert errors(page) == ["f-stops-0-place"]
    assert radios(page, "stops-0-correction") == ["30PUB725016", ""]
    reference = send(g9, PATROL, fields(page) | {"stops-0-correction": "30PUB725016"}, "file").location.split("/")[2]
    assert place_of(app, reference, 0)["corrected"] == "30PUB725016"


# -- the tick


def test_a_position_far_from_its_place_is_asked_about_and_filed_when_ticked(app, ngo):
    page = send(ngo, NEW, notice(**FAR))
    assert (page.status_code, errors(page)) == (422, ["f-stops-1-sure_far"])
    assert 'id="f-stops-1-sure_far"' in page.text
    assert "Cette position est à 7 km de Bankass (commune Bankass, cercle Bankass)" in words(page)
    assert fields(page)["stops-1-position"] == "14.1210, -3.4710"
    assert "stops-1-sure_far" not in fields(page)  # nobody ticked it for him
    reference = file(ngo, NEW, fields(page) | ticks(page))
    assert stored(app, reference)[1].filing["stops"][1]["sure"] == ["far"]
    assert "Déclaré juste" in words(ngo.get(f"/notices/{reference}"))


def test_a_tick_is_kept_while_something_else_is_mended_and_lost_with_the_position(ngo):
    asked = ticks(send(ngo, NEW, notice(**FAR)))
    page = send(ngo, NEW, notice(**FAR, persons="six") | asked)
    assert errors(page) == ["f-persons"]
    assert fields(page)["stops-1-sure_far"] == asked["stops-1-sure_far"]
    again = send(ngo, NEW, fields(page) | {"persons": "6", "stops-1-position": "14.1310, -3.4710"})
    assert errors(again) == ["f-stops-1-sure_far"]


def test_a_way_that_is_too_fast_is_asked_about(ngo):
    page = send(ngo, NEW, notice(**{"stops-1-place": "Gao", "stops-2-place": "Gao"}))
    assert errors(page) == ["f-stops-1-sure_speed"]
    assert send(ngo, NEW, fields(page) | ticks(page)).status_code == 200


def test_what_is_fast_for_a_track_is_said_before_it_is_sent(ngo):
    review = send(ngo, NEW, notice(**{"stops-1-arrive_from": "07:10", "stops-1-arrive_to": "07:30"}))
    assert "piste" in words(review)
    assert "piste" not in words(send(ngo, NEW, notice()))


def test_the_mission_is_asked_the_same(app, g9):
    page = send(g9, PATROL, patrol("Bankass", **{"stops-0-position": "14.1210, -3.4710"}))
    assert errors(page) == ["f-stops-0-sure_far"]
    done = send(g9, PATROL, fields(page) | ticks(page), "file")
    assert stored(app, done.location.split("/")[2])[1].filing["stops"][0]["sure"] == ["far"]
    page = send(g9, EVENT, event("Bankass", **{"stops-0-position": "18.4411, -1.4078"}))
    assert errors(page) == ["f-stops-0-position"]


def test_a_position_without_a_settlement_is_asked_about_in_words_and_filed_when_ticked(app, ngo):
    page = send(ngo, NEW, notice(mode="air", **{"stops-1-place": "", "stops-1-position": "18.4411, -1.4078"}))
    assert (page.status_code, errors(page)) == (422, ["f-stops-1-sure_unnamed"])
    assert "Aucune localité n'est nommée. La plus proche est Inabag (commune Timtaghène, cercle Tessalit)" in words(
        page
    )
    assert "à 131 km au sud-ouest de celle-ci" in words(page)
    assert radios(page, "stops-1-correction") == [MEANT, ""]
    assert re.search(rf"{re.escape(MEANT)} \(.*Kidal.*commune Kidal, cercle Kidal\)", words(page))
    assert errors(send(ngo, NEW, fields(page))) == ["f-stops-1-sure_unnamed"]  # nobody ticked it for him
    reference = file(ngo, NEW, fields(page) | ticks(page))
    assert stored(app, reference)[1].filing["stops"][1]["sure"] == ["unnamed"]
    assert "Déclaré juste sans localité nommée" in words(ngo.get(f"/notices/{reference}"))
    amend = fields(ngo.get(f"/notices/{reference}/amend"))  # it need not be said again of the same position
    assert send(ngo, f"/notices/{reference}/amend", amend | {"persons": "7"}).status_code == 200


def test_the_reading_that_was_chosen_needs_no_tick(app, ngo):
    bare = notice(mode="air", **{"stops-1-place": "18.4411, -1.4078"})
    reference = file(ngo, NEW, bare | {"stops-1-correction": MEANT})
    assert (place_of(app, reference)["corrected"], stored(app, reference)[1].filing["stops"][1]["sure"]) == (MEANT, [])


def test_the_mission_reads_its_grid_squares_in_words_and_ticks_nothing(app, g9):
    page = send(g9, PATROL, patrol("30PUB725016"))
    assert (page.status_code, ticks(page)) == (200, {})
    assert "à 1,3 km à l'est de Mopti" in words(page)


# -- in words


def test_a_position_is_told_in_words_on_the_form_the_review_and_after_filing(ngo):
    form = notice(**{"stops-1-position": "14.091, -3.506"}, persons="six")
    said = re.compile(r"à \d,\d km au nord-est de Bankass, commune Bankass, cercle Bankass")
    page = send(ngo, NEW, form)
    assert errors(page) == ["f-persons"]
    assert said.search(words(page))
    review = send(ngo, NEW, fields(page) | {"persons": "6"})
    assert said.search(words(review))
    reference = file(ngo, NEW, fields(review))
    filed = ngo.get(f"/notices/{reference}/filed")
    assert said.search(words(filed))
    assert "connu à 56 m près" in words(review)


@pytest.mark.parametrize(("position", "french", "english"), [
    ("15.7500, +0.5000", "à 9,8 km au nord d'Ansongo, commune Ansongo, cercle Ansongo", "9.8 km north of Ansongo, commune Ansongo"),
    ("14.0600, -3.6000", "à 4,2 km au nord-est de Dimbal-Habbe", "4.2 km north-east of Dimbal-Habbe"),
    ("14.4843, -4.1830", "à 1,3 km à l'est de Mopti", "1.3 km east of Mopti"),
])  # fmt: skip
def test_both_languages_tell_it_with_their_own_prepositions(app, mission, position, french, english):
    from flask_babel import force_locale

    from deconflict.domain.coordinates import read_position
    from deconflict.web.place_words import position_words

    point = read_position(position).point
    for language, said in (("fr", french), ("en", english)):
        with app.test_request_context(f"/?lang={language}"), force_locale(language):
            assert position_words(point, mission.gazetteer).startswith(said)


def test_the_page_that_comes_back_loses_nothing_of_a_position_that_cannot_be_read(ngo):
    for text in ("14.48 4.18 <b>", "12°75'N 4°10'O", "quelque part", "30PUB72501", "91.0000, -4.1830"):
        page = send(ngo, NEW, notice(**{"stops-1-position": text}))
        assert errors(page) == ["f-stops-1-position"], text
        assert fields(page)["stops-1-position"] == text
        assert re.search(r'href="#f-stops-1-position"', page.text)
        assert "This " not in words(page)  # the sentence is in the reader's language


def test_an_empty_form_says_nothing_of_places(ngo):
    assert "Compris" not in words(ngo.get(NEW))


def test_twelve_stops_whose_positions_are_all_in_question_make_no_heavy_page(ngo):
    first, typed = "stops-0-", notice(_stops="12")
    for n in range(12):
        typed |= {
            f"stops-{n}-{name.removeprefix(first)}": text for name, text in typed.items() if name.startswith(first)
        }
        typed |= {f"stops-{n}-place": "Kidal", f"stops-{n}-position": "18.4411 1.4078"}
    page = send(ngo, NEW, typed)
    assert page.text.count('type="radio" name="stops-') >= 24
    assert len(gzip.compress(page.data, 6)) < 10_000


@pytest.mark.parametrize(
    "text", ["9" * 990, "14," * 300, "N " * 400, "14.4843" + " " * 900 + "-4.1830", "°" * 999, "30PUB" * 190]
)
def test_whatever_is_pasted_into_a_position_is_answered(ngo, text):
    page = send(ngo, NEW, notice(**{"stops-1-position": text}))
    assert page.status_code in (200, 422)
    assert errors(page) in ([], ["f-stops-1-position"])
