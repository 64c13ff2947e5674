"""What is never stored, of armed forces (D3.4) or of a team (D1.5), is refused in every word that is typed about a consultation, a
sitting or a condition; what was typed stands there still."""

from __future__ import annotations

import html

import pytest
from committees import RIPE, Committees
from pages import errors
from sqlalchemy import select

from deconflict.domain.procedures import Noun
from deconflict.store.base import db
from deconflict.store.procedures import Procedure

OF_A_FORCE = "2e Cie, 24 pax, ind. LION 21"
OF_A_TEAM = "350 ménages, 500 000 FCFA"


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return Committees(app, mission, make_account, sign_in)


def is_refused(answer, field, typed):
    assert answer.status_code == 422
    assert errors(answer) == [f"f-{field}"]
    assert typed in html.unescape(answer.text), "what was typed stays"


def test_a_consultee_s_words(house):
    reference = house.opened()
    id = house.asked(reference)["organisation"].id
    is_refused(house.replies(house.ngo, reference, "comments", OF_A_TEAM), f"comment-{id}", OF_A_TEAM)
    assert house.replies(house.ngo, reference, "comments", "Le puits gêne").status_code == 303


def test_ocha_s_and_the_chair_s(house):
    reference = house.opened()
    early = house.calls("2019-12-17")
    house.to("2019-12-17")
    is_refused(house.overrides(reference, early, words=OF_A_FORCE), "words", OF_A_FORCE)
    house.press(house.chair, f"/sittings/{early}/cancel", of=early, code="security")
    house.to("2019-12-24")
    is_refused(house.sums_up(reference, OF_A_FORCE), "words", OF_A_FORCE)
    sitting = house.calls()
    house.to(RIPE)
    is_refused(house.decides(sitting, reference, words=OF_A_FORCE), "words", OF_A_FORCE)
    row = {"kind": "other", "words": OF_A_FORCE, "by_role": "cimic", "until": "2020-02-01"}
    typed = {f"conditions-0-{name}": text for name, text in row.items()}
    is_refused(house.decides(sitting, reference, **typed), "conditions-0-words", OF_A_FORCE)
    path = f"/sittings/{sitting}/cancel"
    is_refused(house.press(house.chair, path, of=sitting, code="other", words=OF_A_FORCE), "words", OF_A_FORCE)
    path = f"/sittings/{sitting}/minutes"
    is_refused(house.press(house.chair, path, of=sitting, present=["ocha"], words=OF_A_FORCE), "words", OF_A_FORCE)
    assert house.decides(sitting, reference, **{**typed, "conditions-0-words": "Voir le maire"}).status_code == 303
    with house.app.app_context():
        condition = db.session.scalars(select(Procedure.reference).where(Procedure.noun == Noun.CONDITION)).one()
    path = f"/conditions/{condition}"
    is_refused(house.press(house.g9, path, of=condition, event="done", words=OF_A_FORCE), "words", OF_A_FORCE)
    assert house.press(house.g9, path, of=condition, event="done", words="Maire rencontré").status_code == 303


@pytest.mark.parametrize("path", ["", "/override"])
def test_a_form_that_was_sent_too_late_shows_again_what_was_typed(house, path):
    """As every form with words does (web.kept_forms)."""
    from deconflict.web.kept_forms import page_of

    reference = house.opened()
    with house.app.test_request_context():
        endpoint = "consultations.override" if path else "consultations.reply"
        assert page_of(endpoint, {"reference": reference}) == f"/consultations/{reference}{path}"
