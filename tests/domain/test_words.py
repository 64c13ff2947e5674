"""A case explains itself in words and figures."""

from __future__ import annotations

from mali import DISTRIBUTION, judged, mission, notice, plan, presence, town

from deconflict.domain.words import explain, sentences


def test_a_case_explains_itself_in_both_languages() -> None:
    judgement = judged(DISTRIBUTION, plan(presence((14.0800, -3.5120), "10 Dec 13:00", "10 Dec 16:00")))
    assert judgement is not None
    english, french = (sentences(judgement, language, mission().zone)[0] for language in ("en", "fr"))
    assert english.startswith("1.4 km apart (limit 2 km), at the same time, Tue 10 Dec 13:00 (limit 3 h)")
    assert french.startswith("à 1,4 km (limite 2 km), au même moment, le mar. 10 déc. 13:00 (limite 3 h)")
    assert "R01a" in english
    assert mission().pack.version in french
    assert [fact.hit for fact in explain(judgement)] == list(judgement.hits)


def test_a_case_of_the_next_day_says_how_many_hours_lie_between() -> None:
    here = notice(presence(town("Bankass"), "10 Dec 09:00", "10 Dec 15:00", "DIST_FOOD"))
    judgement = judged(here, plan(presence(town("Bankass"), "11 Dec 17:00", "11 Dec 19:00")))
    assert judgement is not None
    sentence = sentences(judgement, "fr", mission().zone)[0]
    assert "dans la même localité" in sentence
    assert "26 h entre les deux (limite 48 h)" in sentence
