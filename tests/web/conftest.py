"""People who file, of two organisations and of the mission."""

from __future__ import annotations

import pytest
from pages import NOW

from deconflict.domain import roles


@pytest.fixture
def ngo(app, make_account, sign_in):
    app.extensions["clock"] = lambda: NOW
    return sign_in(app.test_client(), make_account(roles.FOCAL_POINT, roles.SUBMITTER, organisation="ONG Alpha"))


@pytest.fixture
def other_ngo(app, make_account, sign_in):
    return sign_in(app.test_client(), make_account(roles.FOCAL_POINT, organisation="Association Badenya"))


@pytest.fixture
def g9(app, make_account, sign_in):
    return sign_in(app.test_client(), make_account(roles.CIMIC, organisation="Mission"))
