"""A case that crosses areas: that of the notice leads, the other is told and finds it under its own filter (RUL-27)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import make
import pytest
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.jobs.cycle import Cycle
from deconflict.matching.climb import ALSO
from deconflict.services import cases, filing
from deconflict.store.alerts import Alert
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.people import Duty

NOW = datetime(2019, 12, 7, 6, tzinfo=UTC)


@pytest.fixture
def desk(app, mission, make_account, sign_in):
    """Two hubs with an officer each: Mopti and Gao."""

    class Desk:
        now = NOW

        def __init__(self):
            self.app = app
            app.extensions["clock"] = lambda: NOW
            self.ngo = make_account(roles.FOCAL_POINT, name="Awa", organisation="ONG Alpha", phone="+22370000001")
            self.g9 = make_account(roles.CIMIC, name="Lars", organisation="Mission", phone="+22370000002")
            self.mopti = make_account(roles.CMCOORD, name="Oumou", phone="+22370000003", language="en")
            self.gao = make_account(roles.CMCOORD, name="Demba", phone="+22370000004", language="en")
            with app.app_context(), transaction() as session:
                for area, who in (("MOPTI", self.mopti), ("GAO", self.gao)):
                    session.add(Duty(area=area, step="duty", person_id=who.person_id, from_at=NOW))
            self.browser = sign_in(app.test_client(), self.gao)

        def files(self, who, what, key):
            with app.app_context():
                filing.file_item(what, who.audience, key, mission, NOW)
                Cycle(mission=mission, channels={}, base_url="http://127.0.0.1", worker="test").run(NOW)

        @property
        def case(self):
            with app.app_context():
                return db.session.scalars(select(Case)).one()

        def told(self):
            with app.app_context():
                found = db.session.scalars(select(Alert).where(Alert.side == "ocha").order_by(Alert.id))
                return [(alert.person.name, alert.purpose, alert.state) for alert in found]

    return Desk()


def far_patrol(place, when):
    """A patrol that comes to this place and ends in Gao, where it is read."""
    last = make.presence("Gao", "14 Dec 06:00-07:00", None)
    return replace(make.patrol(place, when), stops=(*make.presence(place, when, None), *last))


def test_the_area_of_the_notice_leads_and_the_other_is_told_and_finds_it(desk):
    desk.files(desk.g9, far_patrol("Bankass", "10 Dec 13:00-16:00"), "plan")
    desk.files(desk.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"), "notice")
    assert (desk.case.area, desk.case.also) == ("MOPTI", "GAO")
    assert desk.told() == [("Oumou", "desk", "owed"), ("Demba", ALSO, "owed")]
    reference = desk.case.reference
    for area, there in (("MOPTI", True), ("GAO", True), ("KIDAL", False)):
        page = desk.browser.get(f"/desk?area={area}").text
        assert (reference in page) is there, area
    assert re.search(r"Mopti and Ségou\s*<span[^>]*>\(leads; also Gao\)", desk.browser.get("/desk").text)


def test_whoever_acts_first_is_enough_for_both(desk, mission):
    desk.files(desk.g9, far_patrol("Bankass", "10 Dec 13:00-16:00"), "plan")
    desk.files(desk.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"), "notice")
    with desk.app.app_context():
        cases.take(desk.case.reference, 1, desk.mopti.audience, mission.catalogue, NOW)
    assert {state for _name, _purpose, state in desk.told()} == {"acknowledged", "superseded"}


def test_a_case_within_one_area_is_told_to_that_one_alone(desk):
    desk.files(desk.g9, make.patrol("Bankass", "10 Dec 13:00-16:00"), "plan")
    desk.files(desk.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"), "notice")
    assert (desk.case.area, desk.case.also) == ("MOPTI", "")
    assert desk.told() == [("Oumou", "desk", "owed")]
    assert desk.case.reference not in desk.browser.get("/desk?area=GAO").text


def test_where_they_meet_counts_as_well_as_where_they_are_read(desk):
    """A convoy that serves in Bankass is met on its way through Gao by a patrol of Mopti's."""
    way = replace(
        make.distribution("Bankass", "12 Dec 09:00-15:00"),
        stops=(
            *make.presence("Gao", "10 Dec 09:00-15:00", None),
            *make.presence("Bankass", "12 Dec 09:00-15:00", "DIST_FOOD"),
        ),
    )
    plan = replace(
        make.patrol("Bankass", "8 Dec 06:00-07:00"),
        stops=(
            *make.presence("Bankass", "8 Dec 06:00-07:00", None),
            *make.presence("Gao", "10 Dec 10:00-14:00", None),
        ),
    )
    desk.files(desk.g9, plan, "plan")
    desk.files(desk.ngo, way, "notice")
    assert (desk.case.area, desk.case.also) == ("MOPTI", "GAO")
