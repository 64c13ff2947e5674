"""R14: an escort that was decided as a last resort and linked to its plan silences R06 between the two, for as long as the decision holds,
and nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import make
import pytest
from deskhouse import DeskHouse
from sqlalchemy import func, select

from deconflict.domain import roles
from deconflict.domain.asset_asked import Asked, Decision, Reviewed
from deconflict.domain.asset_requests import ALTERNATIVES, CRITERIA
from deconflict.domain.errors import NotFound, Refused, WrongState
from deconflict.domain.filing import Level, MissionPlan
from deconflict.domain.judgement import Judgement
from deconflict.domain.procedures import Noun
from deconflict.matching.recompute import differences, recompute
from deconflict.services import asset_requests as service
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case, CaseEvent
from deconflict.store.escorts import EscortLink
from deconflict.store.items import Item
from deconflict.store.procedures import Procedure, forget_procedures

DAY = date(2019, 12, 10)


def party(when, kind="ESCORT"):
    """Of the mission, from Mopti to Bandiagara."""
    return MissionPlan(kind=kind, level=Level.REDACTED, stops=make.journey("Mopti", "Bandiagara", when).stops)


class Road(DeskHouse):
    """A convoy, its escort and another one, all on one road in one hour; `hc` is of the office that decides."""

    def __init__(self, app, mission, make_account, sign_in):
        super().__init__(app, mission, make_account, sign_in)
        self.hc = make_account(roles.HC_OFFICE, name="Hawa", language="en", function="support")
        self.convoy = self.files(self.ngo, make.journey("Mopti", "Bandiagara", "10 Dec 06:30-09:00"))
        self.escort = self.files(self.g9, party("10 Dec 06:40-09:10"))
        self.other = self.files(self.g9, party("10 Dec 06:45-09:15"))

    def does(self, verb, *args, by=None, **more):
        with self.app.app_context():
            return verb(*args, by=(by or self.officer).audience, mission=self.mission, now=self.now, **more)

    def version(self, request):
        with self.app.app_context():
            return db.session.scalars(select(Procedure.version).where(Procedure.reference == request)).one()

    def asks(self, notice=None, asset="armed_escort", key="k"):
        said = dict.fromkeys(CRITERIA, ("yes", ""))
        asked = Asked(asset, "mission", DAY, DAY, "Piste coupée", said, self.convoy if notice is None else notice)
        return self.does(service.ask, asked, key, by=self.ngo)

    def decided(self, review_on=date(2019, 12, 20), **more):
        request = self.asks(**more)
        self.does(service.review, request, 1, Reviewed(dict.fromkeys(ALTERNATIVES, "would_not"), ""))
        self.decides(request, review_on)
        return request

    def decides(self, request, review_on=date(2019, 12, 20)):
        what = Decision(True, "hc", self.now.date(), "Dernier recours", review_on)
        self.does(service.decide, request, self.version(request), what, by=self.hc)

    def acts_on(self, request, event, by=None):
        self.does(service.act, request, self.version(request), event, "", by=by)
        self.turn()

    def links(self, request, plan=None):
        self.does(service.link_escort, request, plan or self.escort)
        self.turn()

    def rules(self, plan=None, notice=None):
        """Of the case of the convoy and this plan that is open; None where there is none."""
        with self.app.app_context():
            ids = {row.reference: row.id for row in db.session.execute(select(Item.reference, Item.id))}
            pair = f"{ids[notice or self.convoy]}:{ids[plan or self.escort]}"
            case = db.session.scalars(select(Case).where(Case.pair == pair)).first()
            over = case is None or case.state in ("closed", "overtaken", "lapsed")
            return None if over or case is None else set(Judgement.from_json(case.judgement).rule_ids)

    def history(self, plan=None):
        with self.app.app_context():
            item = db.session.scalars(select(Item).where(Item.reference == (plan or self.escort))).one()
            query = select(CaseEvent.event, CaseEvent.code).join(Case).where(Case.mission_id == item.id)
            return [tuple(row) for row in db.session.execute(query.order_by(CaseEvent.id))]


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return Road(app, mission, make_account, sign_in)


def test_the_case_of_that_pair_closes_and_that_of_another_stays(house):
    assert house.rules() == house.rules(house.other) == {"R06a"}
    house.links(house.decided())
    assert house.rules() is None
    assert house.rules(house.other) == {"R06a"}
    assert house.history()[-1][1] == "escort"  # the desk reads why


def test_a_decision_without_a_plan_silences_nothing(house):
    house.decided()
    house.turn()
    assert house.rules() == {"R06a"}


def test_r01_still_fires_between_the_two(house):
    crowd = house.files(house.ngo, make.distribution("Bandiagara", "10 Dec 09:00-15:00"))
    assert {rule[:3] for rule in house.rules(notice=crowd)} >= {"R01"}
    house.links(house.decided(notice=crowd))
    assert {rule[:3] for rule in house.rules(notice=crowd)} >= {"R01"}
    assert house.rules() == {"R06a"}  # it was decided for the other notice


@pytest.mark.parametrize("ends", ["withdraw", "not_use", "unlink", "lapse"])
def test_whatever_ends_it_opens_the_case_again(house, ends):
    request = house.decided(review_on=date(2019, 12, 8))
    house.links(request)
    assert house.rules() is None
    if ends == "unlink":
        with house.app.app_context():
            service.unlink_escort(request, house.officer.audience, house.now)
    elif ends == "lapse":
        house.turn(timedelta(hours=24))  # 8 December is not over yet
        assert house.rules() is None
        house.turn(timedelta(hours=24))
    else:
        house.acts_on(request, ends)
    house.turn()
    assert house.rules() == {"R06a"}
    assert "escort" in house.history()[-1][1]


def test_decided_again_it_is_silent_again_and_used_it_stays_so(house):
    request = house.decided(review_on=date(2019, 12, 7))
    house.links(request)
    house.turn(timedelta(hours=20))
    assert house.rules() == {"R06a"}
    house.decides(request)
    house.turn()
    assert house.rules() is None
    house.acts_on(request, "arrange")
    house.acts_on(request, "use", by=house.ngo)
    assert house.rules() is None


def test_an_amended_plan_is_still_the_escort_and_another_plan_may_take_its_place(house):
    request = house.decided()
    house.links(request)
    house.amends(house.g9, house.escort, party("10 Dec 06:35-09:05"))
    assert house.rules() is None
    house.links(request, house.other)
    assert (house.rules(), house.rules(house.other)) == ({"R06a"}, None)


def test_what_is_new_of_a_linked_pair_says_no_more_than_the_rules_that_go_on(house):
    """Nobody has a case yet: the link comes first, then the escort meets its convoy by an amendment."""
    late = house.files(house.g9, party("12 Dec 06:40-09:10"))
    request = house.decided()
    house.links(request, late)
    house.amends(house.g9, late, party("10 Dec 06:40-09:10"))
    assert house.rules(late) is None
    house.acts_on(request, "withdraw")
    assert house.rules(late) == {"R06a"}
    assert "escort" in house.history(late)[0][1]


def test_a_judgement_with_an_escort_is_computed_again_alike(house):
    crowd = house.files(house.ngo, make.distribution("Bandiagara", "10 Dec 09:00-15:00"))
    house.links(house.decided(notice=crowd))
    house.amends(house.ngo, crowd, make.distribution("Bandiagara", "10 Dec 09:05-15:00"))
    with house.app.app_context():
        cases = [case for case in db.session.scalars(select(Case)) if case.judged_from.get("escorted")]
        assert len(cases) == 1
        for case in db.session.scalars(select(Case)):
            again = recompute(db.session(), house.mission, case)
            assert differences(Judgement.from_json(case.judgement), again) == []


def test_only_an_escort_for_a_movement_with_a_decision_is_linked_and_only_to_a_plan_that_escorts(house):
    early = house.asks()
    with pytest.raises(WrongState):
        house.links(early)
    lorries = house.decided(asset="road", key="lorries")
    with pytest.raises(WrongState):
        house.links(lorries)
    request = house.decided(key="good")
    patrol = house.files(house.g9, party("10 Dec 06:40-09:10", kind="PAT_LONG"))
    for wrong in (patrol, house.convoy, "ZZZZZ", " "):
        with pytest.raises(Refused) as refused:
            house.links(request, wrong)
        assert refused.value.field == "plan"
    for who in (house.ngo, house.g9, house.hc):
        with pytest.raises(NotFound):
            house.does(service.link_escort, request, house.escort, by=who)
    assert house.rules() == {"R06a"}


def test_the_link_goes_with_its_request(house):
    request = house.decided()
    house.links(request)
    house.acts_on(request, "withdraw")
    with house.app.app_context(), transaction() as session:
        assert session.scalar(select(func.count()).select_from(EscortLink)) == 1
        forget_procedures(session, {Noun.ASSET_REQUEST: house.now}, 10)
        assert session.scalar(select(func.count()).select_from(EscortLink)) == 0


def test_neither_the_mission_nor_the_organisation_reads_of_the_link(house):
    request = house.decided()
    house.links(request)
    own, mission = house.browser(house.ngo), house.browser(house.g9)
    page = own.get(f"/asset-requests/{request}").text
    assert house.escort not in page
    assert "link" not in page.partition('id="history"')[2].partition("</table>")[0].lower()
    assert request in own.get(f"/notices/{house.convoy}").text
    for path in ("/", "/ours", "/plans", f"/plans/{house.escort}", "/requests", "/procedures", "/ours/calendar"):
        assert request not in mission.get(path).text
        assert house.convoy not in mission.get(path).text
    for path in ("/asset-requests", f"/asset-requests/{request}", "/asset-requests/new"):
        assert mission.get(path).status_code == 404
    assert house.escort in house.desk.get(f"/asset-requests/{request}").text
    hc = house.browser(house.hc).get(f"/asset-requests/{request}").text
    assert house.escort not in hc
    assert house.convoy not in hc
    assert "ONG Alpha" not in hc
