"""Joint convoys (RUL-27): one leads, others travel with it under notices of their own, and each sees only its own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import make
import pytest
from planted import look_again, signed_in, tell_the_time
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.errors import NotFound, Refused, WrongState
from deconflict.domain.filing import Level, MovementNotice, Stop, Window
from deconflict.schemas.forms import typed
from deconflict.schemas.notices import DISCLAIMER_VERSION
from deconflict.services import convoys, filing
from deconflict.services.changing import postpone_item
from deconflict.store.base import db, transaction
from deconflict.store.convoys import Convoy
from deconflict.store.duplicates import Duplicate
from deconflict.store.letters import Letter
from deconflict.store.people import Account
from deconflict.store.probing import counts_of
from deconflict.store.queries import filing_of, version_filed_at, version_of


def convoy(**more):
    """From Mopti to Bankass, where food is given out, and back."""
    begins = {name: make.span(words)[0] for name, words in HOURS.items()}
    hours = {name: Window(at, at + timedelta(minutes=30)) for name, at in begins.items()}
    stops = (
        Stop(make.fix(make.PLACES["Mopti"][0]), depart=hours["leaves"]),
        Stop(make.fix(make.PLACES["Bankass"][0]), hours["comes"], hours["goes"], "DIST_FOOD"),
        Stop(make.fix(make.PLACES["Mopti"][0]), hours["home"]),
    )
    return replace(make.distribution("Bankass", "10 Dec 09:00-15:00"), stops=stops, **more)


HOURS = {
    name: f"10 Dec {clock}-23:00"
    for name, clock in (("leaves", "06:00"), ("comes", "09:00"), ("goes", "15:00"), ("home", "18:00"))
}


@pytest.fixture
def other(world):
    """A focal point of a second organisation, who reads her mail. It is days before the convoy."""
    world.at("2019-12-05T08:00Z")
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.person_id == world.other_ngo.person_id)).one()
        account.joined_at = world.now
    return world.other_ngo


@pytest.fixture
def lead(world, other):
    reference = world.ngo.files(convoy(cargo="food", plates="QX-1", level=Level.FULL))
    convoys.open_convoy(reference, world.ngo.audience, world.mission, world.now)
    return reference


def word(world):
    look_again()
    return db.session.scalars(select(Convoy)).one().spoken


def joins(world, other, work="HEALTH_MOBILE", **more):
    """Files on the way that the word opens; returns the reference."""
    kept, way, _lead = convoys.find(word(world), other.audience, world.now)
    stops = tuple(replace(s, activity=work if s.arrive and s.depart else None) for s in way.stops)
    own = MovementNotice("TRANSIT_STAFF", Level.MATCH_ONLY, stops, way.mode, vehicles=1, persons=4, **more)
    done = filing.file_item(own, other.audience, f"k{world.now.timestamp():.0f}", world.mission, world.now, convoy=kept)
    world.turn()
    return done.reference


def filed(world, reference):
    look_again()
    item = world.item(reference)
    return filing_of(version_of(db.session(), item))


def letters(world):
    look_again()
    return sorted(
        (letter.kind, letter.person_id) for letter in db.session.scalars(select(Letter)) if "convoy" in letter.kind
    )


def test_whoever_has_the_word_sees_the_way_and_nothing_else_of_the_lead(world, other, lead):
    kept, way, name = convoys.find(word(world).lower(), other.audience, world.now)
    assert len(kept) == 8
    assert name == "ONG Alpha"
    assert [stop.activity for stop in way.stops] == [None, None, None]
    assert [stop.location.point for stop in way.stops] == [stop.location.point for stop in convoy().stops]


def test_each_has_a_notice_of_its_own_and_is_alerted_about_that_one(world, other, lead):
    own = joins(world, other)
    assert own != lead
    assert world.item(own).convoy_id == world.item(lead).convoy_id
    seen = [convoys.convoy_of(reference) for reference in (lead, own)]
    assert seen[0].members == ("Association Badenya",)
    assert (seen[1].leads, seen[1].lead, seen[1].members, seen[1].word) == (False, "ONG Alpha", (), "")
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    assert {case.humanitarian.reference for case in world.cases()} == {lead, own}
    world.read_everything()


def test_those_who_travel_together_are_no_duplicate_aid_and_are_once_they_part(world, other, lead):
    own = joins(world, other, work="DIST_FOOD")
    look_again()
    assert db.session.scalars(select(Duplicate)).all() == []
    mine = filed(world, own)
    other.amends(own, replace(mine, stops=(*mine.stops[:2], replace(mine.stops[2], location=make.fix("Koro")))))
    look_again()
    assert len(db.session.scalars(select(Duplicate)).all()) == 1


def test_the_lead_changes_the_way_and_the_others_follow_and_are_told(world, other, lead):
    own = joins(world, other)
    before = filed(world, lead)
    later = replace(before, stops=(*before.stops[:2], replace(before.stops[2], location=make.fix("Koro"))))
    world.ngo.amends(lead, later)
    after = filed(world, own)
    assert after.stops[2].location.point == make.PLACES["Koro"][0]
    assert [stop.activity for stop in after.stops] == [None, "HEALTH_MOBILE", None]
    assert (after.persons, after.level) == (4, Level.MATCH_ONLY)
    assert world.item(own).version == 2
    assert letters(world) == [("convoy_changed", other.person_id)]
    postpone_item(lead, 2, 1, 0, "piste fermée", world.ngo.audience, world.mission, world.now)
    assert filed(world, own).stops[0].depart == filed(world, lead).stops[0].depart
    assert world.item(own).version == 3


def test_what_the_lead_changes_of_its_own_concerns_nobody_else(world, other, lead):
    own = joins(world, other)
    world.ngo.amends(lead, replace(filed(world, lead), persons=12, cargo="nfi"))
    assert world.item(own).version == 1
    assert letters(world) == []


def test_whoever_takes_another_way_travels_alone(world, other, lead):
    own = joins(world, other)
    mine = filed(world, own)
    other.amends(own, replace(mine, persons=5))
    assert convoys.convoy_of(own).lead == "ONG Alpha"
    other.amends(own, replace(mine, stops=(*mine.stops[:2], replace(mine.stops[2], location=make.fix("Koro")))))
    assert convoys.convoy_of(own) is None
    assert convoys.convoy_of(lead).members == ()
    world.ngo.amends(lead, replace(filed(world, lead), stops=filed(world, lead).stops[:2]))
    assert len(filed(world, own).stops) == 3


def test_the_lead_cancels_and_the_others_stay_matched_and_are_told(world, other, lead):
    own = joins(world, other)
    world.ngo.cancels(lead)
    assert world.item(own).state == "submitted"
    assert letters(world) == [("convoy_cancelled", other.person_id)]
    with pytest.raises(Refused):
        convoys.find(word(world), other.audience, world.now)


def test_nobody_joins_a_closed_convoy_and_it_opens_with_the_same_word(world, other, lead):
    spoken = word(world)
    convoys.close_convoy(lead, world.ngo.audience, world.now)
    with pytest.raises(Refused):
        convoys.find(spoken, other.audience, world.now)
    with pytest.raises(WrongState):
        convoys.close_convoy(lead, world.ngo.audience, world.now)
    convoys.open_convoy(lead, world.ngo.audience, world.mission, world.now)
    assert convoys.find(spoken, other.audience, world.now)


def test_another_way_than_the_leads_is_no_joining(world, other, lead):
    kept, way, _lead = convoys.find(word(world), other.audience, world.now)
    elsewhere = MovementNotice(
        "TRANSIT_STAFF", Level.MATCH_ONLY, (*way.stops[:2], replace(way.stops[2], location=make.fix("Koro")))
    )
    with pytest.raises(Refused):
        filing.file_item(elsewhere, other.audience, "k1", world.mission, world.now, convoy=kept)
    with pytest.raises(Refused):
        filing.file_item(way, other.audience, "k2", world.mission, world.now, convoy="00000000")
    look_again()
    assert convoys.convoy_of(lead).members == ()


def test_five_wrong_words_lock_the_person_out_for_a_while_and_nobody_else(world, other, lead):
    for _ in range(5):
        with pytest.raises(Refused):
            convoys.find("0000 0000", other.audience, world.now)
    with pytest.raises(Refused):
        convoys.find(word(world), other.audience, world.now)
    world._person("third", other.audience.organisation_id, "focal_point", {roles.FOCAL_POINT})
    assert convoys.find(word(world), world.third.audience, world.now)
    world.forward("16m")
    assert convoys.find(word(world), other.audience, world.now)


def test_the_mission_and_strangers_find_nothing(world, other, lead):
    for who in (world.cimic, world.officer):
        with pytest.raises(NotFound):
            convoys.find(word(world), who.audience, world.now)
    for who in (other, world.cimic):
        with pytest.raises(NotFound):
            convoys.open_convoy(lead, who.audience, world.mission, world.now)
        with pytest.raises(NotFound):
            convoys.close_convoy(lead, who.audience, world.now)
    own = joins(world, other)
    with pytest.raises(WrongState):
        convoys.open_convoy(own, other.audience, world.mission, world.now)  # it travels with another


def test_the_whole_by_its_pages(world, other, monkeypatch):
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    lead = world.ngo.files(convoy())
    leads, joins_in = signed_in(world.app, world.ngo.person_id), signed_in(world.app, other.person_id)
    assert leads.post(f"/notices/{lead}/convoy/open").status_code == 303
    spoken = word(world)
    assert spoken in leads.get(f"/notices/{lead}").text
    wrong = joins_in.post("/convoys/join", {"word": "nope"})
    assert wrong.status_code == 422
    assert 'value="nope"' in wrong.text
    page = joins_in.post("/convoys/join", {"word": f" {spoken.lower()} "})
    assert page.status_code == 200
    assert "ONG Alpha" in page.text
    assert 'name="_convoy"' in page.text
    assert "Bankass" in page.text
    assert 'DIST_FOOD" selected' not in page.text
    assert joins_in.post(f"/notices/{lead}/convoy/close").status_code == 404
    assert leads.post(f"/notices/{lead}/convoy/close").status_code == 303


def test_the_officer_sees_what_travels_together_and_a_follower_is_told_that_he_leaves(world, other, lead, monkeypatch):
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    own = joins(world, other)
    officer, joined_in = signed_in(world.app, world.officer.person_id), signed_in(world.app, other.person_id)
    for one, beside in ((lead, own), (own, lead)):
        assert f'href="/desk/items/{beside}"' in officer.get(f"/desk/items/{one}").text
    form = typed(filed(world, own), world.mission.zone) | {"_stops": "3", "_base": "1", "_do": "review"}
    form |= {"disclaimer": DISCLAIMER_VERSION, "confirmed_by": "nobody", "escort": "none"}
    asked = joined_in.post(f"/notices/{own}/amend", form).text  # whether each is the place that is meant
    form |= dict(re.findall(r'name="(stops-\d-sure_unnamed)" value="([^"]+)"', asked))
    alone = "voyage seule"
    assert alone not in joined_in.post(f"/notices/{own}/amend", form | {"persons": "9"}).text
    answer = joined_in.post(f"/notices/{own}/amend", form | {"stops-2-arrive_to": "22:30"})
    assert alone in answer.text


def test_a_corrected_position_is_the_same_stop_and_work_without_a_stop_does_not_follow(world, other, lead):
    own = joins(world, other)
    before = filed(world, lead)
    beside = replace(before.stops[1].location, point=(14.0701, -3.5201), as_typed="14.0701, -3.5201")
    world.ngo.amends(
        lead, replace(before, stops=(before.stops[0], replace(before.stops[1], location=beside), before.stops[2]))
    )
    assert [stop.activity for stop in filed(world, own).stops] == [None, "HEALTH_MOBILE", None]
    assert world.item(own).late is False
    elsewhere = replace(before.stops[1], location=make.fix(make.PLACES["Koro"][0]))
    world.ngo.amends(lead, replace(before, stops=(before.stops[0], elsewhere, before.stops[2])))
    assert filed(world, own).stops[1].location.point == (14.0701, -3.5201)
    assert convoys.convoy_of(own) is None
    assert [kind for kind, _ in letters(world)] == ["convoy_changed", "convoy_parted"]


def test_nothing_is_told_through_a_follower_that_the_lead_keeps(world, other):
    secret = world.ngo.files(
        replace(
            convoy(level=Level.MATCH_ONLY),
            stops=(*convoy().stops[:1], replace(convoy().stops[1], activity="PROT_MON"), convoy().stops[2]),
        )
    )
    with pytest.raises(WrongState):
        convoys.open_convoy(secret, world.ngo.audience, world.mission, world.now)
    quiet = world.ngo.files(convoy(level=Level.MATCH_ONLY))
    convoys.open_convoy(quiet, world.ngo.audience, world.mission, world.now)
    kept, way, _lead = convoys.find(word(world), other.audience, world.now)
    loud = MovementNotice("TRANSIT_STAFF", Level.REDACTED, way.stops, way.mode)
    with pytest.raises(Refused) as refused:
        filing.file_item(loud, other.audience, "k9", world.mission, world.now, convoy=kept)
    assert refused.value.field == "level"


def test_a_lead_that_lets_less_be_told_travels_without_those_that_let_more(world, other, lead):
    kept, way, _lead = convoys.find(word(world), other.audience, world.now)
    own = MovementNotice("TRANSIT_STAFF", Level.FULL, way.stops, way.mode)
    reference = filing.file_item(own, other.audience, "k8", world.mission, world.now, convoy=kept).reference
    world.ngo.amends(lead, replace(filed(world, lead), level=Level.MATCH_ONLY, plates=""))
    assert convoys.convoy_of(reference) is None
    assert filed(world, reference).level is Level.FULL


def test_who_follows_is_neither_late_nor_an_owner_who_amended_nor_a_prober(world, other, lead):
    own = joins(world, other, coverage_lost_at=make.span("10 Dec 05:00-06:00")[0], confirmed_by=None)
    for day in range(1, 8):
        postpone_item(lead, day, 1, 0, "piste fermée", world.ngo.audience, world.mission, world.now)
    item = world.item(own)
    assert (item.version, item.late) == (8, False)
    assert filed(world, own).coverage_lost_at == make.span("17 Dec 05:00-06:00")[0]
    assert version_filed_at(db.session(), item) == item.filed_at
    assert counts_of(db.session(), item, world.mission.pack.probing, world.now).changes_day == 0
