"""What OCHA writes for itself about a notice, a plan or a site: read by officers, by nobody else, and nothing happens by it."""

from __future__ import annotations

import make
import pytest
from deskhouse import DeskHouse
from pages import errors, words
from sqlalchemy import func, select, text

from deconflict.domain.filing import Level
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.item_notes import ItemNote
from deconflict.store.items import DueMark, Item
from deconflict.web.take_out import KINDS

SAID = "Le maire rappelle à midi zq"


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def writes(house, reference, said=SAID, browser=None, noun="items"):
    return (browser or house.desk).post(f"/desk/{noun}/{reference}/note", data={"note-words": said})


def kept(house):
    with house.app.app_context():
        return list(db.session.scalars(select(ItemNote.id)))


def test_a_note_stands_on_the_item_with_who_wrote_it_and_of_which_version_and_moves_nothing(house):
    for reference in house.meet():
        with house.app.app_context():
            before = db.session.execute(select(Item.state, Item.version).where(Item.reference == reference)).one()
        answer = writes(house, reference)
        assert (answer.status_code, answer.location) == (303, f"/desk/items/{reference}#notes")
        page = words(house.other_desk.get(f"/desk/items/{reference}"))
        assert SAID in page.partition("Oumou")[2].partition("version 1")[2]
        with house.app.app_context():
            after = db.session.execute(select(Item.state, Item.version).where(Item.reference == reference)).one()
            assert after == before
            assert db.session.scalar(select(func.count()).select_from(DueMark)) == 0


def test_the_newest_stands_first_and_the_case_says_that_there_are_some(house):
    notice, _plan = house.meet()
    writes(house, notice)
    writes(house, notice, "Il a rappelé", house.other_desk)
    page = words(house.desk.get(f"/desk/items/{notice}"))
    assert page.index("Il a rappelé") < page.index(SAID)
    case = house.desk.get(house.url())
    assert f"2 notes on {notice}" in words(case)
    assert f'href="/desk/items/{notice}#notes"' in case.text
    assert SAID not in case.text


def test_of_many_the_newest_are_shown_and_the_others_are_one_press_away(house):
    notice, _plan = house.meet()
    for n in range(14):
        writes(house, notice, f"Mot {n:02d} " + "x" * 900)
    page = house.desk.get(f"/desk/items/{notice}")
    assert "Mot 13" in page.text
    assert "Mot 01" not in page.text
    assert "2 older notes" in words(page)
    assert len(page.data) < 40_000
    assert "Mot 00" in house.desk.get(f"/desk/items/{notice}?notes=all").text


def test_a_site_has_them_on_its_own_page(house):
    reference = house.files(house.ngo, make.site("Bankass"))
    answer = writes(house, reference, noun="sites")
    assert (answer.status_code, answer.location) == (303, f"/desk/sites/{reference}#notes")
    assert SAID in words(house.other_desk.get(f"/desk/sites/{reference}"))
    refused = writes(house, reference, " ", noun="sites")
    assert (refused.status_code, errors(refused)) == (422, ["f-note-words"])


def test_neither_side_reads_it_anywhere_nor_in_any_file(house):
    notice, plan = house.meet()
    for reference in (notice, plan):
        writes(house, reference)
    house.amends(house.ngo, notice, make.distribution("Bankass", "10 Dec 09:30-15:00"))
    house.acts("ask", side="mission", ask="avoid_place")
    house.acts("ask", side="humanitarian", ask="avoid_place")
    house.turn()
    for who, own, what in ((house.ngo, f"/notices/{notice}", "movement"), (house.g9, f"/plans/{plan}", "patrol")):
        browser = house.browser(who)
        reference = own.rpartition("/")[2]
        pages = ["/", "/ours", f"/ours/{reference}", "/ours/calendar", own, f"{own}/amend", "/requests"]
        pages += [f"/desk/items/{reference}"]
        assert not any(SAID in browser.get(path).text for path in pages)
        for form in KINDS:
            assert SAID.encode() not in browser.post("/take-out", data={"what": what, "form": form, "past": "yes"}).data
        assert writes(house, reference, browser=browser).status_code == 404
    assert not any(SAID in str(sent) for sent in (*house.sms.sent, *house.mail.sent))


def test_a_file_of_the_desk_holds_none_either(house):
    writes(house, house.meet()[0])
    assert (
        SAID.encode()
        not in house.desk.post("/desk/take-out", data={"what": "movement", "form": "csv", "past": "yes"}).data
    )


def test_an_empty_one_and_one_with_a_strength_are_sent_back_with_what_was_typed(house):
    notice, plan = house.meet()
    assert errors(writes(house, notice, "  ")) == ["f-note-words"]
    refused = writes(house, plan, "La patrouille : 4 véhicules, 30 soldats, indicatif Lion 6")
    assert refused.status_code == 422
    assert "indicatif Lion 6" in refused.text
    assert kept(house) == []


def test_of_a_sensitive_notice_a_sub_office_head_learns_and_writes_nothing(house):
    notice = house.files(
        house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00", kind="PROT_MON", level=Level.MATCH_ONLY)
    )
    assert writes(house, notice).status_code == 303
    for path in (f"/desk/items/{notice}", "/desk"):
        assert SAID not in house.head_desk.get(path).text
    assert writes(house, notice, browser=house.head_desk).status_code == 404
    assert writes(house, "ZZZZZ").status_code == 404
    assert len(kept(house)) == 1


def test_it_lies_sealed_and_the_audit_says_that_it_was_written_and_not_what(house):
    notice, _plan = house.meet()
    writes(house, notice)
    with house.app.app_context():
        assert SAID not in db.session.scalar(text("SELECT text FROM item_note"))
        (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "note")).all()
        assert (entry.noun, entry.actor_id, entry.detail) == ("humanitarian", house.officer.person_id, {"version": 1})


def test_one_whose_key_is_missing_hides_no_other(house):
    notice, _plan = house.meet()
    writes(house, notice, "perdue zq")
    writes(house, notice)
    with house.app.app_context():
        db.session.execute(text("UPDATE item_note SET text = 'gAAAA' WHERE id = (SELECT min(id) FROM item_note)"))
        db.session.commit()
    page = words(house.desk.get(f"/desk/items/{notice}"))
    assert SAID in page
    assert "It cannot be read: its key is missing." in page
