"""Every page on the way in, looked at as it answers: a wrong password, a second step, a recovery code, a new password, codes on a page
for strangers."""

from __future__ import annotations

import pytest
from house import PASSWORD
from passlib.totp import TOTP

pytestmark = pytest.mark.browser

NEW_PASSWORD = "quatre pirogues au port de Mopti"


def leaves(visitor):
    visitor.unfolds('form[action="/logout"]')
    visitor.presses('form[action="/logout"] button')


def enters(visitor, email, password):
    visitor.opens("/login")
    visitor.fills({"email": email, "password": password})
    visitor.presses("main form button", refused=True)


def sends(visitor, button="main form button", **form):
    """Each value in its field, and the first button of the form."""
    visitor.fills(form)
    visitor.presses(visitor.page.locator(button).first, refused=True)


def test_the_way_in_with_a_second_step_a_recovery_code_and_a_new_password(house, visit):
    house.app.config["SECOND_FACTOR_REQUIRED"] = True
    email = house.actor("officer").mailbox.address
    officer = visit(scripts=True)
    enters(officer, "", "")
    enters(officer, email, "wrong")
    assert officer.page.locator("main .errors a").count()
    enters(officer, email, PASSWORD)
    sends(officer, 'main button[value="authenticator"]')
    sends(officer, code="000000")
    officer.sees("Code invalide")
    sends(officer, 'main button[value="authenticator"]')
    phone = TOTP(key=officer.page.locator("main code").inner_text())
    sends(officer, code=phone.generate().token)
    officer.opens("/mf-recovery-codes")
    sends(officer)
    code = officer.page.locator("main ol.codes li").first.inner_text()
    leaves(officer)

    enters(officer, email, PASSWORD)
    sends(officer, code="000000")
    assert officer.page.locator("main .errors a").count()
    officer.presses('main a[href="/mf-recovery"]')
    sends(officer, code="0000-0000-0000")
    assert officer.page.locator("main .errors a").count()
    sends(officer, code=code)
    officer.opens("/change")
    sends(officer)
    sends(officer, password="wrong", new_password="short", new_password_confirm="other")
    assert officer.page.locator("main .errors a").count()
    sends(officer, password=PASSWORD, new_password=NEW_PASSWORD, new_password_confirm=NEW_PASSWORD)
    assert "/change" not in officer.page.url
    leaves(officer)
    enters(officer, email, PASSWORD)
    assert officer.page.locator("main .errors a").count()


@pytest.mark.parametrize("path", ["/k", "/c"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_for_a_code_answer_everybody(visit, path, language):
    stranger = visit(language=language, scripts=True)
    stranger.opens(path)
    button = stranger.page.locator("main form button").first
    stranger.page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    stranger.presses(button, refused=True)
    stranger.fills({"code": "4F7K2 0000"} | ({"stop": "1"} if path == "/c" else {}))
    stranger.presses(stranger.page.locator("main form button").first)
