"""Every rule of the shipped pack: what just fires and what just does not, on each axis, one axis at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from mali import at, away
from rule_cases import (
    BANKASS,
    CASES,
    COMMUNE,
    ELSEWHERE,
    END,
    HOUR,
    KORO,
    MINUTE,
    RULES,
    START,
    Case,
    along,
    coded,
    drives_by,
    each,
    fires,
    hit,
    judged,
    moved,
    rule,
    those,
)

from deconflict.domain.activity import Moment, Part, Shape
from deconflict.domain.rules import Rule


def test_every_rule_has_its_row_with_its_own_limits() -> None:
    assert [case.rule_id for case in CASES] == [rule.id for rule in RULES]
    for case in CASES:
        given = rule(case)
        limits = (given.within_m, given.within_s / 3600, given.same_settlement, given.same_commune, given.among)
        assert limits == (case.within_m, case.within_h, case.settlement, case.commune, case.among), case.rule_id


def test_every_word_of_the_rule_language_is_used_by_a_rule_and_tried_below() -> None:
    manner = {"passing", "moving", "halting", "together_s", "same_category", "other_category", "follows", "site_hours"}
    change = {"unless", "urban", "market_day", "joint", "escort", "eyes_only", "caps", "among"}
    plain = {"id", "why", "provenance", "cites", "humanitarian", "mission", "severity", "harm"}
    limits = {"within_m", "within_s", "same_settlement", "same_commune"}
    assert manner | change | plain | limits == set(Rule.__dataclass_fields__)


# -- where


@pytest.mark.parametrize("case", [c for c in CASES if c.within_m is not None], ids=lambda case: case.rule_id)
def test_the_distance_of_a_rule_is_kept_to_the_metre(case: Case) -> None:
    assert case.within_m is not None
    assert fires(case, case.parts(case.within_m - 1))
    assert not fires(case, case.parts(case.within_m + 1))


@pytest.mark.parametrize("case", [c for c in CASES if c.settlement], ids=lambda case: case.rule_id)
def test_the_same_settlement_counts_by_its_code_and_another_does_not(case: Case) -> None:
    ours, theirs = case.parts(9_000)
    assert fires(case, coded(ours, theirs, BANKASS, None))
    assert not fires(case, (coded(ours, theirs, BANKASS, None)[0], coded(ours, theirs, KORO, None)[1]))
    assert not fires(case, coded(ours, theirs, None, None))


@pytest.mark.parametrize("case", [c for c in CASES if c.commune], ids=lambda case: case.rule_id)
def test_the_same_commune_counts_by_its_code_and_another_does_not(case: Case) -> None:
    ours, theirs = case.parts(90_000)
    assert fires(case, coded(ours, theirs, None, COMMUNE))
    assert not fires(case, (coded(ours, theirs, None, COMMUNE)[0], coded(ours, theirs, None, ELSEWHERE)[1]))
    assert not fires(case, coded(ours, theirs, None, None))


# -- when


@each
def test_the_hours_of_a_rule_are_kept_to_the_minute(case: Case) -> None:
    assert fires(case, case.parts(gap=case.limit))
    assert not fires(case, case.parts(gap=case.limit + MINUTE))


@those("follows")
def test_who_was_gone_before_it_happened_is_not_asked_about_it(case: Case) -> None:
    ours, theirs = case.parts()
    at_the_end = moved(theirs, END - theirs.start.at)
    assert fires(case, (ours, at_the_end))
    assert not fires(case, (ours, moved(at_the_end, MINUTE)))


@those("site_hours")
def test_a_halt_counts_while_the_site_is_open(case: Case) -> None:
    ours, theirs = case.parts()
    site = replace(ours, start=Moment(at("1 Dec 00:00")), end=Moment(at("31 Dec 00:00")))

    def halting(start: str, end: str) -> Part:
        return replace(theirs, start=Moment(at(start)), end=Moment(at(end)))

    assert fires(case, (site, halting("10 Dec 18:00", "10 Dec 19:00")))
    assert not fires(case, (site, halting("10 Dec 18:01", "11 Dec 06:59")))
    assert fires(case, (site, halting("10 Dec 18:01", "11 Dec 07:00")))
    always = replace(site, hours=None)
    assert fires(case, (always, halting("10 Dec 20:00", "10 Dec 21:00")))


@those("site_hours")
def test_a_halt_beside_a_site_is_over_when_the_site_closes(case: Case) -> None:
    ours, theirs = case.parts()
    stays = replace(theirs, start=Moment(at("10 Dec 17:00")), end=Moment(at("11 Dec 05:00")))
    found = judged(replace(ours, end=Moment(at("31 Dec 00:00"))), stays)
    assert found is not None
    assert (found.starts_at, found.ends_at) == (at("10 Dec 17:00"), at("10 Dec 18:00"))
    assert judged(ours, stays, now=found.rejudge_at) is None


# -- who


@each
def test_a_rule_does_not_fire_on_kinds_that_it_does_not_name(case: Case) -> None:
    assert fires(case, case.parts())
    for kind in case.not_ours:
        assert not fires(case, replace(case, ours=kind).parts()), kind
    for kind in case.not_theirs:
        assert not fires(case, replace(case, theirs=kind).parts()), kind


@those("passing")
def test_passing_and_staying_are_two_rules(case: Case) -> None:
    ours, theirs = case.parts()
    if not rule(case).passing:
        assert fires(case, (ours, theirs))
        assert not fires(case, replace(case, manner=drives_by).parts())
        return
    through = replace(theirs, shape=Shape((away(30_000, 270.0), away(30_000, 90.0))))
    slow = replace(through, start=Moment(START), end=Moment(START + 8 * HOUR))  # 32 minutes within 2 km
    assert fires(case, (ours, through))
    assert not fires(case, (ours, slow))
    assert hit("R01a", ours, slow) is not None


@those("moving")
def test_who_stands_is_not_met_on_the_road(case: Case) -> None:
    ours, theirs = case.parts()
    assert fires(case, (ours, theirs))
    assert not fires(case, (ours, replace(theirs, moving=False, halt=True)))


@those("halting")
def test_who_declares_no_halt_does_not_park_there(case: Case) -> None:
    ours, theirs = case.parts()
    assert fires(case, (ours, theirs))
    assert not fires(case, (ours, replace(theirs, halt=False)))


@those("together_s")
def test_a_quarter_of_an_hour_together_is_company(case: Case) -> None:
    ours, _ = case.parts(0.0)

    def until(minutes: float) -> Part:
        beside = away(999, 0.0)
        return replace(
            case.parts()[1],
            shape=Shape((beside, away(1000 * minutes, 90.0, beside))),
            end=Moment(START + timedelta(minutes=minutes)),
        )

    assert not fires(case, (ours, until(14.8)))
    assert fires(case, (ours, until(15.2)))


@those("same_category")
def test_another_kind_of_aid_is_not_the_same(case: Case) -> None:
    ours, theirs = case.parts()
    assert fires(case, (ours, theirs))
    assert not fires(case, (ours, replace(theirs, category="shelter")))
    assert not fires(case, (replace(ours, category=None), replace(theirs, category=None)))


@those("other_category")
def test_works_of_an_unknown_sector_are_not_known_to_be_the_same(case: Case) -> None:
    ours, theirs = case.parts()
    assert fires(case, (ours, theirs))
    assert fires(case, (ours, replace(theirs, category=None)))
    assert not fires(case, (ours, replace(theirs, category=ours.category)))


@those("unless")
def test_a_milder_rule_gives_way_on_the_parts_of_a_graver_one(case: Case) -> None:
    ours, theirs = case.parts()
    assert fires(case, (ours, theirs))
    company = replace(case, manner=along).parts()
    assert not fires(case, company)
    assert hit(rule(case).unless[0], *company) is not None
    short = replace(company[1], shape=Shape((away(999, 0.0), away(10_000, 90.0, away(999, 0.0)))))
    assert fires(case, (company[0], replace(short, end=Moment(START + 10 * MINUTE))))
