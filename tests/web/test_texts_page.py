"""The texts as their readers get them, for administrators and officers; a focal point has no such page."""

from __future__ import annotations

from deconflict.domain import roles


def test_an_administrator_reads_every_text_and_a_focal_point_none(app, ngo, make_account, sign_in):
    administrator = sign_in(app.test_client(), make_account(roles.ADMINISTRATOR, organisation="OCHA"))
    page = administrator.get("/texts").text
    assert "URGENT dossier 4F7K2-88: appelez votre base avant de partir." in page
    assert "File 4F7K2-88" in page
    assert page.count("4F7K2-88") > 60
    assert ngo.get("/texts").status_code == 404
