"""A desk that has the word is not a unit or a team that has it: golden scenario 15, its humanitarian mirror, and who may say so."""

from __future__ import annotations

import make
import pytest
from planted import signed_in
from world import code_in

from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Level
from deconflict.domain.levels import CANNOT, HAVE, OLD, PASSED, PASSED_ON, RECEIVED, SILENT
from deconflict.services import acknowledgements
from deconflict.services.passing_on import note_passed_on
from deconflict.store import desk
from deconflict.store.base import db

NEAR_BANKASS = (14.0800, -3.5120)
DRIVER = "+22370000095"


@pytest.fixture
def soon(world):
    """A distribution and a patrol that meet; both leave in three hours and five minutes: nearer, a change goes by phone. The officer
    has the case."""
    world.at("2019-12-10T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:05-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 09:05-16:00"))
    world.officer.takes(world.case)
    world.read_everything()
    return world


def line(world):
    db.session.rollback()
    found = desk.case_by_reference(db.session(), world.case.reference, world.mission.catalogue)
    return found[1].line


def levels(world):
    return {(one.side, one.level): one.state for one in line(world).levels}


def passes(actor, answer=RECEIVED, how="radio", words="Lars at 07:10", reference=None):
    world = actor.world
    own = world.case.reference_for(actor.audience.side)
    note_passed_on(reference or own, answer, how, words, actor.audience, world.mission, world.now)
    world.turn()


def steps(world):
    return {alert.step for alert in world.alerts("request")}


def has_it(actor):
    """The person whom a message reached says so by its code."""
    actor.types_code(actor.expects(actor.world.case.reference_for(actor.audience.side)))


# ---- golden scenario 15 and its mirror -------------------------------------------------------------------------------


def test_golden_15_the_ladder_climbs_on_while_the_unit_is_silent_though_its_desk_has_it(soon):
    soon.officer.asks(soon.case, "mission")
    has_it(soon.cimic)
    assert levels(soon) == {("mission", "desk"): HAVE, ("mission", "unit"): SILENT}
    assert line(soon).weakest.level == "unit"
    soon.forward("50m")  # half of the time that the unit is given: its desk is reminded in words of their own
    assert "passed on" in soon.cimic.expects("REMINDER")
    soon.forward("45m")  # all of it: nobody else of the mission is there to be told, so the desk at OCHA is
    assert {alert.step for alert in soon.alerts("request") if alert.side == "ocha"} == {"security"}
    soon.officer.expects("RAPPEL")
    soon.forward("30m")
    soon.sub_office_head.expects(soon.case.reference)
    assert steps(soon) == {"first", "alternate", "security", "officer"}


@pytest.mark.parametrize("notice", [Level.MATCH_ONLY, Level.REDACTED, Level.FULL])
@pytest.mark.parametrize("plan", [Level.MATCH_ONLY, Level.REDACTED])
def test_golden_15_under_every_pair_of_levels(world, notice, plan):
    """What decides whether the mission may be asked is the level of the notice; whether its unit is waited for, nothing of either."""
    world.at("2019-12-10T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:05-15:00", level=notice))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 09:05-16:00", level=plan))
    world.officer.takes(world.case)
    if notice is Level.MATCH_ONLY:
        with pytest.raises(Refused):
            world.officer.asks(world.case, "mission")
        world.officer.notes_release(world.case, "humanitarian")
    world.read_everything()
    world.officer.asks(world.case, "mission")
    has_it(world.cimic)
    assert levels(world)["mission", "unit"] == SILENT
    world.forward("95m")
    assert {alert.step for alert in world.alerts("request") if alert.side == "ocha"} == {"security"}
    world.forward("30m")
    assert steps(world) == {"first", "alternate", "security", "officer"}


def test_the_mirror_the_team_of_an_organisation_whose_base_alone_has_it(soon):
    soon.officer.asks(soon.case, "humanitarian")
    has_it(soon.ngo)
    assert levels(soon) == {("humanitarian", "desk"): HAVE, ("humanitarian", "team"): SILENT}
    soon.forward("50m")
    soon.ngo.expects("RAPPEL")
    soon.alternate.expects("dossier")  # its own people come before OCHA (RUL-3)
    assert {alert.side for alert in soon.alerts("request")} == {"humanitarian"}
    soon.forward("80m")
    assert "ocha" in {alert.side for alert in soon.alerts("request")}


@pytest.mark.parametrize("answer", [RECEIVED, CANNOT])
def test_a_unit_that_confirms_through_its_desk_ends_it(soon, answer):
    soon.officer.asks(soon.case, "mission")
    has_it(soon.cimic)
    passes(soon.cimic, answer)
    assert levels(soon)["mission", "unit"] == HAVE
    soon.forward("3h")
    assert steps(soon) == {"first"}


def test_a_unit_that_cannot_comply_rings_the_officer(soon):
    soon.officer.asks(soon.case, "mission")
    passes(soon.cimic, CANNOT)
    soon.officer.expects(soon.case.reference)


def test_passed_on_without_a_word_back_is_not_enough(soon):
    soon.officer.asks(soon.case, "mission")
    passes(soon.cimic, PASSED_ON)
    assert levels(soon) == {("mission", "desk"): HAVE, ("mission", "unit"): PASSED}
    soon.forward("50m")
    soon.cimic.expects("REMINDER")  # whoever passes it on has it: the text of the request itself was read


def test_an_officer_who_hears_the_unit_writes_it_down(soon):
    soon.officer.asks(soon.case, "mission")
    alert = soon.alerts("request")[0]
    said = ("unit", "received", "radio", "the patrol leader at 07:20")
    by, catalogue = soon.officer.audience, soon.mission.catalogue
    acknowledgements.acknowledge_by_relay(soon.case.reference, alert.id, *said, by, catalogue, soon.now)
    heard = next(one.heard for one in line(soon).levels if one.level == "unit")
    assert (heard.by, heard.how, heard.method) == ("officer", "radio: the patrol leader at 07:20", "relay")
    soon.forward("3h")
    assert steps(soon) == {"first"}


def test_a_desk_that_accepts_has_it_and_its_unit_does_not_yet(soon):
    request = soon.officer.asks(soon.case, "mission")
    soon.cimic.answers(request, "accept")
    assert levels(soon) == {("mission", "desk"): HAVE, ("mission", "unit"): SILENT}
    soon.forward("50m")
    assert "alternate" in steps(soon)


def test_after_a_no_nothing_is_to_be_passed_on(soon):
    request = soon.officer.asks(soon.case, "mission")
    soon.cimic.answers(request, "decline")
    soon.forward("3h")
    assert steps(soon) == {"first"}


def test_a_silent_desk_climbs_by_its_own_clock_as_ever(soon):
    soon.officer.asks(soon.case, "mission")
    soon.forward("25m")  # half of a quarter of three hours
    assert "alternate" in steps(soon)
    assert "still awaited" in [*soon.cimic.phone.texts][-1]


def test_once_the_owner_has_amended_nothing_is_said_of_passing_on(soon):
    request = soon.officer.asks(soon.case, "mission")
    soon.cimic.answers(request, "accept")
    plan = soon.case.mission.reference
    soon.cimic.amends(plan, make.patrol(NEAR_BANKASS, "10 Dec 10:00-16:00"))
    soon.forward("2h")
    assert not [alert for alert in soon.alerts("request") if alert.text.endswith("_passing")]


# ---- who stands behind a desk ----------------------------------------------------------------------------------------


def test_a_team_with_a_number_of_its_own_confirms_itself(world):
    world.at("2019-12-10T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:05-15:00", phone=DRIVER))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 09:05-16:00"))
    world.officer.asks(world.case, "humanitarian")
    world.ngo.types_code(world.driver_phone(DRIVER).expects("appelez votre base"))
    assert levels(world) == {("humanitarian", "desk"): SILENT, ("humanitarian", "team"): HAVE}
    assert [one.direct for one in line(world).levels] == [True, True]
    assert line(world).weakest.level == "desk"  # its base has said nothing


def test_a_team_without_a_number_is_told_by_its_base(soon):
    soon.officer.asks(soon.case, "humanitarian")
    team = next(one for one in line(soon).levels if one.level == "team")
    assert (team.direct, team.state) == (False, SILENT)
    assert team.due_at is not None


def test_behind_a_ceremony_stands_no_unit(world):
    world.at("2019-12-10T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:05-15:00"))
    world.cimic.files(make.ceremony("Bankass", "10 Dec 10:00-12:00"))
    world.officer.asks(world.case, "mission")
    has_it(world.cimic)
    assert levels(world) == {("mission", "desk"): HAVE}
    with pytest.raises(NotFound):
        passes(world.cimic)
    world.forward("3h")
    assert steps(world) == {"first"}


def test_what_was_acknowledged_in_an_earlier_round_does_not_count(soon):
    soon.officer.asks(soon.case, "mission")
    passes(soon.cimic)
    notice = soon.case.humanitarian.reference
    soon.ngo.amends(notice, make.distribution("Bankass", "10 Dec 09:30-15:30"))
    if soon.case.round == 1:
        soon.ngo.amends(notice, make.distribution((14.0790, -3.5120), "10 Dec 09:30-15:30"))
    assert soon.case.round > 1
    assert levels(soon) == {("mission", "desk"): OLD, ("mission", "unit"): OLD}
    assert {one.due_at for one in line(soon).levels} == {None}


# ---- who may say so ----------------------------------------------------------------------------------------------------


def test_only_the_desk_of_its_own_item_says_what_its_unit_says(soon):
    soon.officer.asks(soon.case, "mission")
    reference = soon.case.mission_reference
    for stranger in (soon.ngo, soon.other_ngo, soon.officer):
        with pytest.raises(NotFound):
            passes(stranger, reference=reference)
    assert levels(soon)["mission", "unit"] == SILENT


@pytest.mark.parametrize("more", [{"answer": "approved"}, {"how": "pigeon"}, {"words": "  "}])
def test_what_nobody_could_vouch_for_is_refused(soon, more):
    soon.officer.asks(soon.case, "mission")
    with pytest.raises(Refused):
        passes(soon.cimic, **more)
    assert levels(soon)["mission", "unit"] == SILENT


def test_a_side_that_was_told_nothing_has_nothing_to_pass_on(soon):
    with pytest.raises(NotFound):
        passes(soon.cimic)
    assert line(soon).levels == ()
    assert line(soon).weakest is None


def test_on_its_page_a_desk_writes_it_down_and_reads_it_again(soon, stranger):
    soon.officer.asks(soon.case, "mission")
    reference = soon.case.mission_reference
    cimic = signed_in(soon.app, soon.cimic.person_id)
    assert "Does your unit have it?" in cimic.get(f"/requests/{reference}").text
    wrong = cimic.post(f"/requests/{reference}/passed-on", {"passed": "received"})
    assert wrong.status_code == 422
    form = {"passed": "received", "passed-how": "radio", "passed-words": "Lars at 07:10"}
    assert cimic.post(f"/requests/{reference}/passed-on", form).status_code == 303
    assert "The unit has it and confirms" in cimic.get(f"/requests/{reference}").text
    assert levels(soon) == {("mission", "desk"): HAVE, ("mission", "unit"): HAVE}
    assert signed_in(soon.app, soon.ngo.person_id).post(f"/requests/{reference}/passed-on", form).status_code == 404


def test_of_a_case_that_ended_unheard_it_is_written_down_all_the_same(soon):
    """Whether it is refused would tell what the other side did (RUL-6)."""
    soon.officer.asks(soon.case, "mission")
    soon.ngo.cancels(soon.case.humanitarian.reference)
    assert soon.case.state == "overtaken"
    before = len(soon.alerts("request")[0].acknowledgements)
    passes(soon.cimic)
    assert len(soon.alerts("request")[0].acknowledgements) == before + 2


def test_code_in_reads_the_new_words(soon):
    soon.officer.asks(soon.case, "mission")
    has_it(soon.cimic)
    soon.forward("50m")
    assert code_in(soon.cimic.expects("REMINDER"))
