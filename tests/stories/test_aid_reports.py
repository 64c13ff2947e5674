"""Aid outside QIPs: reported, looked into, verified by two who do not depend on each other, raised with the mission, answered or not; and
organisations with activities at the same place are advised. Nothing of it accuses anybody, and nobody learns who reported."""

from __future__ import annotations

from datetime import date

import make
import pytest
from sqlalchemy import func, select
from world import World

from deconflict.domain.aid_sources import Source
from deconflict.domain.aid_words import Told
from deconflict.domain.close_out import Answer
from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.procedures import Noun
from deconflict.services import aid_raising, aid_reports, aid_verifying, close_outs
from deconflict.services.aid_reading import own_report
from deconflict.store.aid_reports import opened_by_close_outs, own_reference, reports_seen, verified_reports
from deconflict.store.base import db
from deconflict.store.items import Item
from deconflict.store.procedures import Procedure

DAY = date(2019, 12, 9)


def told(
    world: World, place: str = "Gossi", kind: str = "food", source: str = "seen", words: str = "", day=DAY
) -> Told:
    found = world.mission.gazetteer.nearest(make.PLACES[place][0])
    assert found is not None
    return Told(day, found[0].pcode, kind, words, needs="no", consulted="no", consequence="confusion", source=source)


def reports(world: World, who, key: str = "a", **more) -> str:
    """Returns the reference of the desk, which whoever reported does not have."""
    own = aid_reports.report(told(world, **more), who.audience, key * 32, world.mission, world.now)
    row = next(r for r in rows() if r.key == key * 32)
    assert own != row.reference
    return row.reference


def rows() -> list[Procedure]:
    db.session.rollback()
    query = select(Procedure).where(Procedure.noun == Noun.AID_REPORT).order_by(Procedure.id)
    return list(db.session.scalars(query))


def row(reference: str) -> Procedure:
    return next(r for r in rows() if r.reference == reference)


def does(world: World, verb, reference: str, *more, who=None) -> None:
    by = (who or world.officer).audience
    verb(reference, row(reference).version, *more, by, world.mission, world.now)
    world.turn()


def verified(world: World, **more) -> str:
    reference = reports(world, world.ngo, **more)
    does(world, aid_reports.take, reference)
    does(world, aid_reports.add_source, reference, Source("residents"))
    does(world, aid_verifying.verify, reference)
    return reference


@pytest.fixture
def seen(world: World) -> World:
    world.at("2019-12-10T08:00Z")
    return world


def refs(world: World, who) -> list[str]:
    db.session.rollback()
    return [facts.reference for facts, _pcode, _cod in reports_seen(db.session(), who.audience)]


# ---- verified, and who is advised --------------------------------------------------------------------------------------


def test_verified_aid_warns_whoever_has_an_activity_there_within_fourteen_days(seen: World) -> None:
    near = seen.ngo.files(make.distribution("Gossi", "20 Dec 09:00-15:00"))
    seen.ngo.files(make.distribution("Gossi", "26 Dec 09:00-15:00"))
    seen.ngo.files(make.distribution("Koro", "20 Dec 09:00-15:00"))
    reference = verified(seen)
    case = seen.case
    assert case.humanitarian.reference == near
    (hit,) = case.judgement["hits"]
    assert (hit["rule_id"], hit["severity"]) == ("R15", "high")
    assert row(reference).item_id == case.mission_id
    assert {alert.side for alert in seen.alerts("")} <= {
        "ocha"
    }  # the mission hears of no such thing, nor the organisation yet


def test_what_is_filed_ten_days_later_is_still_warned_and_after_the_fortnight_is_not(seen: World) -> None:
    verified(seen)
    assert seen.cases() == []
    seen.at("2019-12-19T08:00Z")
    seen.turn()
    seen.ngo.files(make.distribution("Gossi", "22 Dec 09:00-15:00"))
    assert seen.case.judgement["hits"][0]["rule_id"] == "R15"


def test_what_is_verified_too_late_to_advise_anybody_enters_nothing(seen: World) -> None:
    reference = verified(seen, day=date(2019, 11, 20))
    assert (row(reference).state, row(reference).item_id) == ("verified", None)


def test_shown_to_be_wrong_it_is_taken_back_and_its_cases_end(seen: World) -> None:
    seen.ngo.files(make.distribution("Gossi", "20 Dec 09:00-15:00"))
    reference = verified(seen)
    assert seen.case.state == "detected"
    does(seen, aid_verifying.shown_wrong, reference)
    assert row(reference).state == "unfounded"
    assert seen.case.state == "overtaken"
    assert db.session.get_one(Item, row(reference).item_id).state == "cancelled"
    assert verified_reports(db.session()) == []
    does(seen, aid_reports.lay_aside, reference, "look_again")
    does(seen, aid_verifying.verify, reference)  # the same two, looked at anew
    assert row(reference).state == "verified"


def test_shown_wrong_after_it_was_raised_the_mission_reads_so(seen: World) -> None:
    reference = verified(seen)
    does(seen, aid_raising.raise_with_mission, reference)
    does(seen, aid_verifying.shown_wrong, reference)
    assert refs(seen, seen.cimic) == [reference]
    assert (row(reference).state, row(reference).due) == ("unfounded", None)


# ---- sources -----------------------------------------------------------------------------------------------------------


def test_a_second_source_from_the_same_organisation_is_not_independent(seen: World) -> None:
    reference = reports(seen, seen.ngo)
    does(seen, aid_reports.take, reference)
    with pytest.raises(Refused, match="Two sources"):
        does(seen, aid_verifying.verify, reference)
    does(seen, aid_reports.add_source, reference, Source("media", seen.ngo.audience.organisation_id))
    with pytest.raises(Refused, match="Two sources"):
        does(seen, aid_verifying.verify, reference)
    assert (row(reference).state, row(reference).item_id) == ("under_verification", None)
    assert db.session.scalar(select(func.count()).select_from(Item)) == 0  # what was refused entered nothing
    does(seen, aid_reports.add_source, reference, Source("seen", seen.other_ngo.audience.organisation_id))
    does(seen, aid_verifying.verify, reference)
    assert row(reference).state == "verified"


def test_the_mission_s_word_alone_is_enough(seen: World) -> None:
    reference = reports(seen, seen.ngo)
    does(seen, aid_reports.take, reference)
    does(seen, aid_reports.add_source, reference, Source("mission"))
    does(seen, aid_verifying.verify, reference)
    assert row(reference).state == "verified"


def test_an_officer_s_own_report_is_no_source_of_his(seen: World) -> None:
    reference = reports(seen, seen.officer, source="residents")
    does(seen, aid_reports.take, reference)
    does(seen, aid_reports.add_source, reference, Source("authority"))
    with pytest.raises(Refused, match="Two sources"):
        does(seen, aid_verifying.verify, reference)
    does(seen, aid_verifying.verify, reference, who=seen.deputy)  # for a colleague it is one of two
    assert row(reference).state == "verified"
    assert row(reference).made_by_id is None


def test_the_same_report_twice_is_counted_once_and_its_maker_becomes_a_source(seen: World) -> None:
    first, second = reports(seen, seen.ngo), reports(seen, seen.other_ngo, "b")
    does(seen, aid_reports.take, first)
    with pytest.raises(Refused, match="another report"):
        does(seen, aid_reports.same_as, second, second)
    does(seen, aid_reports.same_as, second, first.lower())
    assert (row(second).state, row(second).facts["same_as"]) == ("duplicate", first)
    does(seen, aid_verifying.verify, first)
    assert [r.reference for r in verified_reports(db.session())] == [first]


def test_sent_twice_it_is_one_and_the_same_person_does_not_report_the_same_again(seen: World) -> None:
    said = told(seen)
    one, other = (aid_reports.report(said, seen.ngo.audience, "a" * 32, seen.mission, seen.now) for _ in range(2))
    assert (one, len(rows())) == (other, 1)
    with pytest.raises(Refused, match="already"):
        aid_reports.report(said, seen.ngo.audience, "b" * 32, seen.mission, seen.now)
    with pytest.raises(NotFound):  # another's form says nothing of whose it is
        aid_reports.report(said, seen.other_ngo.audience, "a" * 32, seen.mission, seen.now)
    aid_reports.withdraw(one, seen.ngo.audience, seen.mission, seen.now)
    aid_reports.report(said, seen.ngo.audience, "b" * 32, seen.mission, seen.now)


def test_withdrawn_it_is_over_and_once_verified_it_cannot_be(seen: World) -> None:
    own = aid_reports.report(told(seen), seen.ngo.audience, "a" * 32, seen.mission, seen.now)
    with pytest.raises(NotFound):
        aid_reports.withdraw(own, seen.other_ngo.audience, seen.mission, seen.now)
    aid_reports.withdraw(own, seen.ngo.audience, seen.mission, seen.now)
    assert (rows()[0].state, rows()[0].due) == ("withdrawn", None)
    reference = verified(seen, key="b", kind="cash")
    with pytest.raises(WrongState):
        aid_reports.withdraw(own_reference(reference), seen.ngo.audience, seen.mission, seen.now)


def test_two_officers_at_once_one_is_told(seen: World) -> None:
    reference = reports(seen, seen.ngo)
    version = row(reference).version
    aid_reports.take(reference, version, seen.officer.audience, seen.mission, seen.now)
    with pytest.raises(LostRace):
        aid_reports.take(reference, version, seen.deputy.audience, seen.mission, seen.now)


# ---- raised, answered, silent ------------------------------------------------------------------------------------------


def test_raised_the_mission_has_ten_working_days_and_reads_a_letter_without_whoever_reported(seen: World) -> None:
    reference = verified(seen, words="Des sacs depuis un camion")
    assert refs(seen, seen.cimic) == []
    does(seen, aid_raising.raise_with_mission, reference, who=seen.sub_office_head)
    found = row(reference)
    assert refs(seen, seen.cimic) == [reference]
    assert found.due is not None
    assert found.due.at is not None
    assert found.due.at.isoformat() == "2019-12-24T23:59:00+00:00"  # the tenth working day
    (letter,) = found.facts["letters"]
    assert "24 décembre 2019" in letter["fr"]
    assert "by 24 December 2019" in letter["en"]
    for text in (letter["fr"], letter["en"]):
        assert reference in text
        assert "Gossi" in text
        for never in ("ONG Alpha", "ngo", "camion", "violation", "conflict", "conflit", own_reference(reference)):
            assert never not in text.replace("ngoing", "")
    does(seen, aid_raising.respond, reference, "explained", "Le camion était en panne", who=seen.cimic)
    does(seen, aid_raising.close, reference)
    assert (row(reference).state, row(reference).facts["response"]) == ("closed", "explained")


def test_silence_is_no_answer_and_goes_to_the_heads(seen: World) -> None:
    reference = verified(seen)
    does(seen, aid_raising.raise_with_mission, reference)
    seen.at("2019-12-24T23:50Z")
    seen.turn()
    assert row(reference).state == "raised"
    seen.at("2019-12-25T00:10Z")
    seen.turn()
    assert row(reference).state == "unanswered"
    with pytest.raises(WrongState):
        does(seen, aid_raising.escalate, reference)  # the OCHA head alone
    does(seen, aid_raising.escalate, reference, who=seen.ocha_head)
    assert [letter["to"] for letter in row(reference).facts["letters"]] == ["raise", "escalate"]
    does(seen, aid_raising.respond, reference, "corrective_action", "", who=seen.cimic)
    assert row(reference).state == "responded"


def test_what_was_written_stays_as_it_was_written(seen: World) -> None:
    reference = verified(seen)
    does(seen, aid_raising.raise_with_mission, reference)
    before = row(reference).facts["letters"]
    seen.at("2019-12-27T08:00Z")
    seen.turn()
    does(seen, aid_raising.escalate, reference, who=seen.ocha_head)
    assert row(reference).facts["letters"][0] == before[0]


# ---- the mission declares itself ---------------------------------------------------------------------------------------

GIVEN = Answer(True, "food", 0, planned=False)
NONE_GIVEN = Answer(aid_given=False)


def closed_patrol(world: World, answer: Answer) -> str:
    world.at("2019-12-08T06:00Z")
    plan = world.cimic.files(make.patrol("Koro", "10 Dec 10:00-11:00"))
    world.at("2019-12-10T11:30Z")
    close_outs.close_out(plan, answer, "", world.cimic.audience, world.mission, world.now)
    return plan


def test_a_closing_answer_that_aid_was_given_opens_a_report_by_itself(world: World) -> None:
    plan = closed_patrol(world, GIVEN)
    (found,) = rows()
    assert (found.facts["declared"], found.facts["day"], found.facts["kind"]) == (True, "2019-12-10", "food")
    assert found.owner_id == world.cimic.audience.organisation_id
    assert opened_by_close_outs(db.session(), [world.item(plan).id]) == {world.item(plan).id: found.reference}
    assert refs(world, world.cimic) == [found.reference]
    assert refs(world, world.ngo) == []
    does(world, aid_reports.take, found.reference)
    does(world, aid_verifying.verify, found.reference)  # the mission's own word is enough
    assert row(found.reference).state == "verified"


def test_an_answer_that_none_was_given_or_that_it_was_planned_opens_none(world: World) -> None:
    closed_patrol(world, NONE_GIVEN)
    assert rows() == []


def test_a_corrected_answer_makes_no_twin_and_is_told_the_officer(world: World) -> None:
    plan = closed_patrol(world, GIVEN)
    (found,) = rows()
    for answer in (Answer(True, "health", 0, planned=False), NONE_GIVEN):
        close_outs.close_out(plan, answer, "corrigé", world.cimic.audience, world.mission, world.now)
    (again,) = rows()
    assert (again.id, again.state, again.facts["kind"], again.facts["taken_back"]) == (
        found.id,
        "reported",
        "medical",
        True,
    )
    does(world, aid_reports.take, again.reference)
    with pytest.raises(Refused, match="Two sources"):
        does(world, aid_verifying.verify, again.reference)  # the mission does not say so any more
    does(world, aid_reports.lay_aside, again.reference, "unfounded")
    assert row(again.reference).state == "unfounded"


def test_an_answer_first_no_then_yes_opens_it_then(world: World) -> None:
    plan = closed_patrol(world, NONE_GIVEN)
    close_outs.close_out(plan, GIVEN, "corrigé", world.cimic.audience, world.mission, world.now)
    assert [r.facts["declared"] for r in rows()] == [True]


def test_the_contingent_declares_itself_on_its_own_form(seen: World) -> None:
    said = told(seen, source="")
    reference = aid_reports.report(said, seen.cimic.audience, "c" * 32, seen.mission, seen.now)
    found = row(reference)
    assert (found.made_by_id, found.own_key) == (seen.cimic.audience.person_id, "")
    assert refs(seen, seen.cimic) == [reference]
    with pytest.raises(NotFound):
        own_report(db.session(), own_reference(reference), seen.cimic.audience)
