"""Wrong codes: whose they count against, for how long, and what a stranger cannot fill or find out."""

from __future__ import annotations

import make
import pytest
from planted import look_again, plain
from sqlalchemy import delete, func, select, update

from deconflict.channels.texts import Event, render
from deconflict.domain.states import AlertState
from deconflict.services.acknowledgements import CODE_LINE
from deconflict.services.code_locks import INVENTED
from deconflict.store.alerts import Acknowledgement, Alert, CodeLock
from deconflict.store.base import db, transaction
from deconflict.web.acknowledge import TYPED_MAX

NEAR_BANKASS = (14.0800, -3.5120)


@pytest.fixture
def alert(world):
    """The duty officer's alert, owed; read straight from the table."""
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.officer.expects("URGENT")
    look_again()
    return db.session.scalars(select(Alert).where(Alert.person_id == world.officer.person_id)).first()


def typed(alert, more=0):
    return f"{alert.reference} {(int(alert.code) + more) % 10_000:04d}"


def acknowledged(alert):
    look_again()
    return db.session.get_one(Alert, alert.id).state == AlertState.ACKNOWLEDGED


def locks():
    look_again()
    return {row.reference: row.failures for row in db.session.scalars(select(CodeLock))}


def test_somebody_with_a_right_code_cannot_try_the_codes_of_others(world, alert, stranger):
    """The holder of one code slips it in after every four tries."""
    own, reference = typed(alert), alert.reference
    for more in range(1, 13):
        stranger.post("/k", {"code": typed(alert, more)})
        if more % 4 == 0:
            stranger.post("/k", {"code": own})
    look_again()
    assert db.session.get_one(CodeLock, reference).locked_until is not None


def test_a_lock_ends_with_its_failures_and_is_not_drawn_out_by_trying(world, alert, stranger):
    for more in range(1, 12):
        stranger.post("/k", {"code": typed(alert, more)})
    stranger.post("/k", {"code": typed(alert)})
    assert not acknowledged(alert)
    world.forward("16m")
    stranger.post("/k", {"code": typed(alert, 1)})
    assert locks()[alert.reference] == 1
    stranger.post("/k", {"code": typed(alert)})
    assert acknowledged(alert)


def test_invented_references_fill_no_table_and_are_answered_alike(world, alert, stranger):
    real = plain(stranger.post("/k", {"code": typed(alert, 1)}))
    answers = {plain(stranger.post("/k", {"code": f"ZZZ{n:02d} 0000"})) for n in range(12)}
    assert answers == {real}
    assert locks() == {alert.reference: 1, INVENTED: 12}


def test_a_reference_that_begins_with_digits_is_read_whole(world, alert, stranger):
    for reference in ("12345", "1234A", "98765", "4821F"):
        for words in ("{r} {c}", "dossier {r}-1: code {c}", "reponse {r}-12 {c}", "{r}{c}"):
            with transaction() as session:
                session.execute(delete(Acknowledgement))
                session.execute(update(Alert).where(Alert.id == alert.id).values(reference=reference, state="owed"))
            stranger.post("/k", {"code": words.format(r=reference, c=alert.code)})
            assert acknowledged(alert), (reference, words)


def test_a_page_kept_open_for_hours_by_a_phone_without_cookies_still_acknowledges(world, alert):
    world.app.config["WTF_CSRF_ENABLED"] = True
    phone = world.app.test_client(use_cookies=False)
    assert phone.get("/k").status_code == 200
    assert phone.post("/k", data={"code": typed(alert)}).status_code == 200
    assert acknowledged(alert)


def test_so_does_the_button_behind_a_link(world, alert):
    world.app.config["WTF_CSRF_ENABLED"] = True
    answer = world.app.test_client(use_cookies=False).post(f"/a/{alert.link}")
    assert (answer.status_code, answer.location) == (200, None)
    assert acknowledged(alert)
    look_again()
    assert db.session.scalar(select(func.count()).select_from(Acknowledgement)) == 1


def test_a_whole_text_message_pasted_into_the_page_acknowledges_its_alert(world, alert, stranger):
    text = render("mission_reminder", "en", reference=alert.reference, counter=alert.counter, code=alert.code)
    assert alert.code not in text[:40]
    stranger.post("/k", {"code": text})
    assert acknowledged(alert), text
    assert not any(locks().values())


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_in_every_text_the_page_finds_reference_and_code(lang):
    for event in Event:
        for reference in ("4F7K2", "ABCDE", "01234"):
            text = render(event, lang, reference=reference, counter=12, code="4821")
            found = CODE_LINE.search(text[:TYPED_MAX].upper())
            assert found is not None, text
            assert found.groups() == (reference, "4821"), text


def test_what_is_cut_off_after_two_hundred_letters_acknowledges_nothing(world, alert, stranger):
    stranger.post("/k", {"code": "x " * 100 + typed(alert)})
    assert not acknowledged(alert)
