"""A case explains itself in words and figures."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from mali import (
    CROWD,
    DISTRIBUTION,
    NOWHERE,
    away,
    exact,
    in_commune,
    judged,
    mission,
    notice,
    past,
    plan,
    presence,
    sharp,
    town,
)

from deconflict.domain.filing import Filing, Stop
from deconflict.domain.judgement import Judgement
from deconflict.domain.modifiers import CAPPED, COMMUNE_ONLY, JOINT, MARKET_DAY, URBAN, WIDE_COMMUNE
from deconflict.domain.severity import Severity
from deconflict.domain.words import PATTERNS, explain, sentence, sentences, severity_words


def said(humanitarian: Filing, planned: Filing, rule_id: str, language: str = "en") -> str:
    judgement = judged(humanitarian, planned)
    assert judgement is not None
    fact = next(fact for fact in explain(judgement) if fact.hit.rule_id == rule_id)
    return sentence(fact, language, mission().zone)


def test_a_case_explains_itself_in_both_languages() -> None:
    judgement = judged(DISTRIBUTION, plan(presence((14.0800, -3.5120), "10 Dec 13:00", "10 Dec 16:00")))
    assert judgement is not None
    english, french = (sentences(judgement, language, mission().zone)[0] for language in ("en", "fr"))
    assert english.startswith("1.4 km apart (limit 2 km), at the same time, Tue 10 Dec 13:00 (limit 3 h)")
    assert french.startswith("à 1,4 km (limite 2 km), au même moment, le mar. 10 déc. 13:00 (limite 3 h)")
    assert "R01a" in english
    assert mission().pack.version in french
    assert "ossible" not in english + french
    assert [fact.hit for fact in explain(judgement)] == list(judgement.hits)


def test_a_case_of_the_next_day_says_how_many_hours_lie_between() -> None:
    here = notice(presence(town("Bankass"), "10 Dec 09:00", "10 Dec 15:00", "DIST_FOOD"))
    judgement = judged(here, plan(presence(town("Bankass"), "11 Dec 17:00", "11 Dec 19:00")))
    assert judgement is not None
    sentence = sentences(judgement, "fr", mission().zone)[0]
    assert "dans la même localité" in sentence
    assert "26 h entre les deux (limite 48 h)" in sentence


def test_two_roads_that_are_not_known_say_how_little_is_known_of_them() -> None:
    convoy = notice(
        Stop(exact(away(30_000, 180.0)), depart=sharp("10 Dec 11:00")),
        Stop(exact(away(30_000, 0.0)), arrive=sharp("10 Dec 12:00")),
        kind="CONVOY_CARGO",
    )
    patrol = plan(
        Stop(exact(away(10_000, 0.0, away(30_000, 90.0))), depart=sharp("10 Dec 11:00")),
        Stop(exact(away(10_000, 0.0, away(9_000, 90.0))), arrive=sharp("10 Dec 12:00")),
        kind="PAT_SHORT",
    )
    english, french = (said(convoy, patrol, "R06c", language) for language in ("en", "fr"))
    assert english.startswith("9 km apart as planned, perhaps only 896 m (limit 1 km)")
    assert english.endswith(". Possible only: the places or the road are known to 8.1 km only")
    assert french.startswith("à 9 km selon les plans, peut-être à 896 m seulement (limite 1 km)")
    assert french.endswith(". Seulement possible : les lieux ou la route ne sont connus qu'à 8,1 km près")


def test_a_delay_that_nobody_announced_is_called_so() -> None:
    work = notice(presence(exact(NOWHERE), "10 Dec 09:00", "10 Dec 15:00", "DIST_FOOD"))
    later = plan(presence(exact(away(500)), "10 Dec 19:30", "10 Dec 20:00"))
    words = said(work, later, "R01a")
    assert words.startswith("500 m apart (limit 2 km), ")
    assert "4.5 h between as planned, perhaps only 2.5 h if early or late (limit 3 h)" in words
    french = said(work, later, "R01a", "fr")
    assert "4,5 h entre les deux selon les plans, peut-être 2,5 h seulement en cas d'avance ou de retard" in french
    assert words.endswith("Possible only: somebody would have to be late or early, which nobody announced")


def test_a_way_that_was_not_stated_is_called_so() -> None:
    unstated = replace(
        past(500), stops=tuple(replace(s, arrive=s.arrive or s.depart, depart=None) for s in past(500).stops)
    )
    assert said(CROWD, unstated, "R01d").endswith("Possible only: a way or a wait was not stated")


def test_it_may_take_a_delay_and_a_vague_place_together() -> None:
    vague = replace(exact(away(2_500)), uncertainty_m=600.0)
    work = notice(presence(exact(NOWHERE), "10 Dec 09:00", "10 Dec 15:00", "DIST_FOOD"))
    words = said(work, plan(presence(vague, "10 Dec 19:30", "10 Dec 20:00")), "R01a")
    assert words.endswith(
        "the places or the road are known to 600 m only and somebody would have to be late or early, which nobody announced"
    )


def test_more_hours_than_the_limit_are_never_said_without_how_few_they_may_be() -> None:
    """The same road two hours later, an hour the limit: an hour's window on either side may bring them together."""
    ours = notice(
        Stop(exact(away(30_000, 180.0)), depart=sharp("10 Dec 11:00", 60)),
        Stop(exact(away(30_000, 0.0)), arrive=sharp("10 Dec 12:00", 60)),
        kind="CONVOY_CARGO",
    )
    theirs = past(0, "10 Dec 13:00", "10 Dec 14:00")
    assert ", 2 h between as planned, perhaps none if early or late (limit 1 h)" in said(ours, theirs, "R06c")
    french = said(ours, theirs, "R06c", "fr")
    assert ", 2 h entre les deux selon les plans, peut-être aucune en cas d'avance ou de retard (limite 1 h)" in french


def test_a_distance_that_touches_its_limit_is_said_as_one() -> None:
    """A limit in kilometres is no round number of metres: the gap, rounded, may be more by less than a millimetre."""
    judgement = judged(DISTRIBUTION, plan(presence((14.0800, -3.5120), "10 Dec 13:00", "10 Dec 16:00")))
    assert judgement is not None
    fact = explain(judgement)[0]
    at_limit = replace(fact.hit.nominal, distance_m=1001.0)
    hit = replace(fact.hit, gap_m=1001.0, limit_m=1.001 * 1000, nominal=at_limit)
    assert sentence(replace(fact, hit=hit), "en", mission().zone).startswith("1 km apart (limit 1 km)")


def test_the_company_kept_is_said_beside_its_limit() -> None:
    west, east = away(30_000, 270.0), away(30_000, 90.0)
    ours = notice(
        Stop(exact(west), depart=sharp("10 Dec 11:00")),
        Stop(exact(east), arrive=sharp("10 Dec 12:00")),
        kind="EVAC_MED",
    )
    assert "travelling together for 60 min (limit 15 min)" in said(ours, past(0), "R06a")
    assert "voyageant ensemble pendant 60 min (limite 15 min)" in said(ours, past(0), "R06a", "fr")


def test_what_changed_a_rule_is_said_and_the_limit_is_the_changed_one() -> None:
    gao = town("Gao")
    work = notice(presence(exact(gao.point, gao.pcode), "10 Dec 09:00", "10 Dec 15:00", "DIST_NFI"))
    patrol = plan(presence(exact(away(300, start=gao.point)), "10 Dec 10:00", "10 Dec 11:00"), joint_with="host_forces")
    assert said(work, patrol, "R01a").startswith(
        "300 m apart (limit 500 m), at the same time, Tue 10 Dec 10:00 (limit 6 h)"
    )
    assert "distance narrowed in a town, with host forces or others, R16, rule R01a" in said(work, patrol, "R01a")


@pytest.mark.parametrize(
    ("language", "word"), [*product(PATTERNS, (URBAN, MARKET_DAY, JOINT, COMMUNE_ONLY, WIDE_COMMUNE, CAPPED))]
)
def test_every_modifier_has_words_in_every_language(language: str, word: str) -> None:
    assert PATTERNS[language][word]


def test_what_stands_beside_a_sentence_or_is_kept_no_longer_is_left_out() -> None:
    judgement = judged(DISTRIBUTION, plan(presence((14.0800, -3.5120), "10 Dec 13:00", "10 Dec 16:00")))
    assert judgement is not None
    fact, zone = explain(judgement)[0], mission().zone
    bare = sentence(fact, "en", zone, cited=False)
    assert sentence(fact, "en", zone) == f"{bare}, rule R01a, SOP version {mission().pack.version}"
    later = sentence(fact, "fr", zone, dated=False)
    assert later.startswith("à 1,4 km (limite 2 km), peut-être au même moment (limite 3 h)")
    assert "déc." not in later
    apart = replace(fact, hit=replace(fact.hit, time_gap_s=9_000.0))
    assert "au moins 2,5 h entre les deux (limite 3 h)" in sentence(apart, "fr", zone, dated=False)


# -- what made a severity another than its rule's

PATROL_AT_NIGHT = plan(presence(exact(away(500)), "10 Dec 19:30", "10 Dec 20:00"))
WORK = notice(presence(exact(NOWHERE), "10 Dec 09:00", "10 Dec 15:00", "DIST_FOOD"))
MEDEVAC = plan(Stop(exact(away(500)), sharp("10 Dec 10:00"), sharp("10 Dec 11:00"), "MEDEVAC", halt=True))
MARKET = notice(presence(town("Djenné"), "9 Dec 09:00", "9 Dec 15:00", "DIST_FOOD"))  # a Monday
TEACHING = notice(presence(in_commune("Salam"), "10 Dec 09:00", "10 Dec 12:00", "EDU"))


def moves(judgement: Judgement | None, rule_id: str, language: str) -> str:
    assert judgement is not None
    hit = next(hit for hit in judgement.hits if hit.rule_id == rule_id)
    return severity_words(hit, next(rule.severity for rule in mission().pack.rules if rule.id == rule_id), language)


@pytest.mark.parametrize(
    ("humanitarian", "planned", "rule_id", "english", "french"),
    [
        (WORK, PATROL_AT_NIGHT, "R01a", "critical by the rule, one step milder since it is only possible", "critique"),
        (
            MARKET,
            plan(presence(town("Djenné"), "10 Dec 16:00", "10 Dec 18:00")),
            "R01c",
            "medium by the rule, one step worse on market day",
            "moyenne selon la règle, un degré de plus un jour de foire",
        ),
        (
            WORK,
            replace(PATROL_AT_NIGHT, joint_with="host_forces"),
            "R01b",
            "one step worse in that company",
            "un degré de plus en cette compagnie",
        ),
        (
            TEACHING,
            plan(presence(in_commune("Salam"), "10 Dec 09:00", "10 Dec 12:00", "CIMIC_ACT")),
            "R03b",
            "no more than low in so large a commune",
            "pas plus que faible pour commune d'une telle étendue",
        ),
        (
            WORK,
            replace(MEDEVAC, stops=(replace(MEDEVAC.stops[0], activity=None),), kind="MEDEVAC"),
            "R13",
            "",
            "",
        ),
    ],
)
def test_what_moved_a_severity_is_said_step_by_step(
    humanitarian: Filing, planned: Filing, rule_id: str, english: str, french: str
) -> None:
    judgement = judged(humanitarian, planned)
    for said_so, language in ((english, "en"), (french, "fr")):
        found = moves(judgement, rule_id, language)
        assert said_so in found
        assert bool(said_so) is bool(found)


def test_a_severity_that_these_rules_do_not_lead_to_is_not_explained_by_them() -> None:
    judgement = judged(WORK, PATROL_AT_NIGHT)
    assert judgement is not None
    hit = next(hit for hit in judgement.hits if hit.rule_id == "R01a")
    assert severity_words(hit, Severity.CRITICAL, "en")
    assert severity_words(hit, Severity.MEDIUM, "en") == ""  # the rule was another one when it was judged


def test_both_languages_say_the_same_things() -> None:
    assert PATTERNS["en"].keys() == PATTERNS["fr"].keys()


def test_a_judgement_of_before_says_what_it_knew() -> None:
    judgement = judged(CROWD, past(7_900))
    assert judgement is not None
    fact = next(fact for fact in explain(judgement) if fact.hit.rule_id == "R01d")
    old = replace(fact, hit=replace(fact.hit, because=(), basis="", unsure_m=0.0))
    assert "Possible only: it rests on assumed delays" in sentence(old, "en", mission().zone)
