"""The pages of people ask the database the same few questions however many people there are."""

from __future__ import annotations

import pytest
from pages import NOW, statements

from deconflict.domain import roles
from deconflict.domain.people import Newcomer
from deconflict.services import people

# Who asks, which SOP is in force, the organisation, its people, their roles and numbers, drills, who added whom, how the system is.
BUDGET = 23
PAGES = ("/people", "/people/organisations/{ours}", "/people/ours")


@pytest.mark.parametrize(
    ("code", "path"), [*((roles.ADMINISTRATOR, path) for path in PAGES), (roles.FOCAL_POINT, "/people/ours")]
)
def test_a_list_of_people_costs_no_more_statements_with_25_than_with_5(app, make_account, sign_in, code, path):
    """A head of office reads of those added elsewhere, too."""
    administrator, focal_point = make_account(roles.ADMINISTRATOR, roles.OCHA_HEAD), make_account(roles.FOCAL_POINT)
    who, ours = (administrator if code == roles.ADMINISTRATOR else focal_point), focal_point.audience.organisation_id
    browser, asked = sign_in(app.test_client(), who), []
    browser.get(path.format(ours=ours))  # whatever a process reads once
    for first, last in ((0, 5), (5, 25)):
        with app.app_context():
            for n in range(first, last):
                held, email = frozenset({roles.FOCAL_POINT}), f"awa{n}@people.example.org"
                someone = Newcomer(f"Awa {n}", "fr", "focal_point", None, held, email, ())
                people.invite(administrator.audience, ours, someone, link_for=lambda token: token, now=NOW)
        asked.append(statements(app, browser, path.format(ours=ours)))
    assert asked[0] == asked[1] <= BUDGET, asked
