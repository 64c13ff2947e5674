"""A notice is amended and cancelled by those who filed it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import make
import pytest
from pages import NOW, attributes, errors, fields, file, notice, send, stored, window, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.filing import Stop, Window
from deconflict.services import filing
from deconflict.store.base import db, transaction
from deconflict.store.items import ItemVersion
from deconflict.store.people import Duty, Person

NEW = "/notices/new"


def amended(client, reference, **more):
    return file(client, f"/notices/{reference}/amend", fields(client.get(f"/notices/{reference}/amend")) | more)


def test_the_form_to_amend_holds_what_was_filed_and_would_file_it_again(app, ngo):
    reference = file(ngo, NEW, notice(communications="+22370000012", overnight="au CSCom"))
    page = send(ngo, f"/notices/{reference}/amend", fields(ngo.get(f"/notices/{reference}/amend")))
    assert page.status_code == 422  # nothing is different
    assert stored(app, reference)[0].version == 1


def test_amending_shows_before_and_after_and_keeps_both_versions(app, ngo):
    reference = file(ngo, NEW, notice())
    amended(ngo, reference, persons="8", _reason="deux personnes de plus", **window("stops-1-arrive", "10:00", "11:00"))
    for page in (ngo.get(f"/notices/{reference}/filed"), ngo.get(f"/notices/{reference}")):
        rows = re.findall(r'<th scope="row">([^<]*)</th>\s*<td[^>]*>([^<]*)</td>\s*<td[^>]*>([^<]*)</td>', page.text)
        assert [(before, after) for _, before, after in rows if before == "6"] == [("6", "8")]
        assert any("09:00" in before and "10:00" in after for _, before, after in rows)
        assert len(rows) == 2
    assert "deux personnes de plus" in ngo.get(f"/notices/{reference}").text
    item, _ = stored(app, reference)
    assert item.version == 2
    with app.app_context():
        assert len(db.session.scalars(select(ItemVersion)).all()) == 2


def test_a_place_can_be_changed_by_writing_another(app, ngo):
    reference = file(ngo, NEW, notice())
    amended(ngo, reference, **{"stops-1-place": "Koro"})
    assert stored(app, reference)[1].filing["stops"][1]["location"]["name"] == "Koro"


def test_a_colleague_who_was_faster_is_not_overwritten_and_nothing_typed_is_lost(app, ngo):
    reference = file(ngo, NEW, notice())
    mine = fields(ngo.get(f"/notices/{reference}/amend")) | {"persons": "11"}
    amended(ngo, reference, persons="8")
    page = send(ngo, f"/notices/{reference}/amend", mine, "file")
    assert page.status_code == 409
    assert fields(page)["persons"] == "11"
    assert stored(app, reference)[1].filing["persons"] == 8
    file(ngo, f"/notices/{reference}/amend", fields(page))
    assert stored(app, reference)[1].filing["persons"] == 11


@pytest.mark.parametrize("reason", ["", "   "])
def test_cancelling_needs_a_reason(app, ngo, reason):
    reference = file(ngo, NEW, notice())
    page = ngo.post(f"/notices/{reference}/cancel", data={"reason": reason})
    assert (page.status_code, errors(page)) == (422, ["f-reason"])
    assert stored(app, reference)[0].state == "submitted"


def test_a_cancelled_notice_stays_readable_and_can_no_longer_be_amended(app, ngo):
    reference = file(ngo, NEW, notice())
    assert ngo.post(f"/notices/{reference}/cancel", data={"reason": "piste coupée"}).status_code == 303
    assert stored(app, reference)[0].state == "cancelled"
    assert "Distribution de vivres" in words(ngo.get(f"/notices/{reference}"))
    assert "/amend" not in ngo.get(f"/notices/{reference}").text
    assert ngo.get(f"/notices/{reference}/amend").status_code == 422
    assert ngo.post(f"/notices/{reference}/cancel", data={"reason": "encore"}).status_code == 409


def test_a_window_that_no_field_for_times_can_show_is_shown_as_text(app, mission, ngo):
    """As a colleague's programme may have filed it: over three days, and an instant."""
    first, second = datetime(2026, 12, 10, 9, tzinfo=UTC), datetime(2026, 12, 12, 15, tzinfo=UTC)
    with app.app_context():
        person = db.session.scalars(select(Person)).one()
        who = Audience(person.id, person.organisation_id, "humanitarian", frozenset({roles.FOCAL_POINT}))
        at = make.fix("Bankass")
        stop = Stop(at, Window(first, first), Window(first, second), "DIST_FOOD", halt=True)
        whole = replace(make.distribution("Bankass", "10 Dec 09:00-15:00"), stops=(stop,))
        reference = filing.file_item(whole, who, "a" * 32, mission, NOW).reference
    page = ngo.get(f"/notices/{reference}/amend").text
    tags = {attributes(tag)["name"]: attributes(tag) for tag in re.findall(r'<input[^>]*name="stops-0-[^>]*>', page)}
    assert (tags["stops-0-arrive_from"]["type"], tags["stops-0-arrive_from"]["value"]) == ("time", "09:00")
    assert tags["stops-0-arrive_to"]["value"] == "09:00"
    for part, group in (("from", "100900ZDEC26"), ("to", "121500ZDEC26")):
        tag = tags[f"stops-0-depart_{part}"]
        assert (tag["type"], tag["value"]) == ("text", group)


def test_a_time_that_is_none_comes_back_readable(ngo):
    page = send(ngo, NEW, notice(**{"stops-1-arrive_from": "neuf heures", "stops-1-arrive_date": "10 déc"})).text
    for name, typed in (("from", "neuf heures"), ("date", "10 déc")):
        tag = attributes(re.search(rf'<input[^>]*name="stops-1-arrive_{name}"[^>]*>', page)[0])
        assert (tag["type"], tag["value"]) == ("text", typed)


def test_with_nobody_on_duty_who_files_or_amends_is_told_whom_else_to_call(app, make_account, ngo):
    reference = file(ngo, NEW, notice())
    promised, nobody = "OCHA le lit", "Personne de la CMCoord n'est de permanence"

    def said():
        return words(ngo.get(f"/notices/{reference}/filed"))

    assert f"{nobody} nulle part" in said()
    amended(ngo, reference, persons="8")
    assert f"{nobody} nulle part" in said()
    assert "chef de bureau d'OCHA" in said()
    assert promised not in said()

    officer = make_account(roles.CMCOORD)
    put_on_duty(app, officer, "GAO")
    assert f"{nobody} pour Mopti" in said()
    assert "Appelez le bureau d'une autre zone" in said()
    assert promised not in said()

    put_on_duty(app, officer, "MOPTI")
    assert nobody not in said()
    assert promised in said()


def put_on_duty(app, officer, area):
    with app.app_context(), transaction() as session:
        session.add(Duty(area=area, step="duty", position=0, person_id=officer.person_id, from_at=NOW))


@pytest.mark.parametrize("act", ["amend", "cancel", "postpone"])
def test_what_a_notice_never_holds_is_refused_as_a_reason_too(ngo, act):
    reference = file(ngo, "/notices/new", notice())
    url, said = f"/notices/{reference}/{act}", "350 bénéficiaires attendent"
    if act == "amend":
        page = send(ngo, url, fields(ngo.get(url)) | {"persons": "9", "_reason": said})
    else:
        page = ngo.post(url, data={"reason": said, "days": "1", "hours": "0", "version": "1"})
    assert page.status_code == 422
    assert "350 bénéficiaires" in words(page)
