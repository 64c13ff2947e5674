"""The texts as their readers get them, for administrators and officers; a focal point has no such page."""

from __future__ import annotations

import html

from deconflict.domain import roles
from deconflict.services.texts import previews


def test_an_administrator_reads_every_text_and_a_focal_point_none(app, ngo, make_account, sign_in):
    administrator = sign_in(app.test_client(), make_account(roles.ADMINISTRATOR, organisation="OCHA"))
    page = administrator.get("/texts").text
    assert "URGENT dossier 4F7K2-88: appelez votre base avant de partir." in page
    assert "File 4F7K2-88" in page
    assert ngo.get("/texts").status_code == 404


def test_every_text_stands_on_the_page_of_whoever_reads_it(app, make_account, sign_in):
    officer = sign_in(app.test_client(), make_account(roles.CMCOORD, organisation="OCHA"))
    for one in previews(base=app.extensions["settings"].public_base_url):
        page = html.unescape(officer.get(f"/texts?to={one.audience}").text)
        assert all(line in page for line in one.text.splitlines()), one.file
    unknown, first = (content(officer.get(f"/texts?to={to}").text) for to in ("nobody", "team"))
    assert unknown == first


def content(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]
