"""Same aid, same place: who reads what of it."""

from __future__ import annotations

import make
import pytest
from deskhouse import DeskHouse
from pages import words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db

PAGE = "/desk/same-aid"


class Doubled(DeskHouse):
    """Another organisation files too, and a cluster coordinator of a third reads."""

    def __init__(self, *rig):
        super().__init__(*rig)
        self.other = self.make_account(
            roles.FOCAL_POINT, name="Bintou", organisation="Association Badenya", language="en", phone="+22370000005"
        )
        self.cluster = self.make_account(roles.CLUSTER, name="Clara", organisation="ONG Gamma", language="en")

    def double(self, level=Level.REDACTED, kind="DIST_FOOD"):
        first = self.files(self.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00", kind=kind, level=level))
        second = self.files(self.other, make.distribution("Bankass", "12 Dec 08:10-15:00", kind=kind))
        return first, second

    def reads(self, who):
        return words(self.browser(who).get(PAGE))


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return Doubled(app, mission, make_account, sign_in)


def test_an_officer_reads_both_notices_and_why(house):
    first, second = house.double()
    said = house.reads(house.officer)
    for piece in (first, second, "ONG Alpha", "Association Badenya", "Bankass", "Food", "9 Dec 2019", "R17"):
        assert piece in said, piece


def test_the_cluster_reads_place_aid_and_week_and_no_more(house):
    first, second = house.double()
    said = house.reads(house.cluster)
    for piece in ("Bankass", "Food", "9 Dec 2019"):
        assert piece in said, piece
    for piece in (first, second, "ONG Alpha", "Association Badenya", "08:10", "R17", "14.07"):
        assert piece not in said, piece


def test_the_cluster_reads_the_name_of_who_shares_everything(house):
    house.double(level=Level.FULL)
    said = house.reads(house.cluster)
    assert "ONG Alpha" in said
    assert "Association Badenya" not in said


def test_the_cluster_never_reads_of_a_notice_that_is_kept_to_the_officer(house):
    house.double(level=Level.MATCH_ONLY)
    assert "None is known" in house.reads(house.cluster)
    assert "ONG Alpha" in house.reads(house.officer)


def test_money_is_never_named_to_the_cluster(house):
    house.double(kind="DIST_CASH")
    said = house.reads(house.cluster)
    assert "Bankass" in said
    assert "Cash" not in said
    assert "Cash" in house.reads(house.officer)


def test_for_everybody_else_there_is_no_such_page(house):
    house.double()
    for who in (house.ngo, house.other, house.g9):
        browser = house.browser(who)
        assert browser.get(PAGE).status_code == 404
        assert "Same aid" not in words(browser.get("/"))


def test_what_was_shown_to_whom_is_written_down(house):
    house.double()
    house.reads(house.cluster)
    with house.app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.noun == "duplicate")).one()
        assert (entry.verb, entry.actor_id, len(entry.detail["ids"])) == ("view", house.cluster.person_id, 1)


def test_a_cancelled_notice_leaves_the_page(house):
    first, _second = house.double()
    with house.app.app_context():
        from deconflict.services.filing import cancel_item

        cancel_item(first, house.ngo.audience, "road cut", house.now)
    house.turn()
    assert "None is known" in house.reads(house.officer)
