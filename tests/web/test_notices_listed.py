"""The list of what an organisation has filed."""

from __future__ import annotations

import re
from datetime import timedelta

import make
from pages import NOW, file, notice
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.services import filing
from deconflict.store.base import db, transaction
from deconflict.store.items import Item, ItemVersion
from deconflict.store.people import Person

NEW = "/notices/new"


def accounts_of(app):
    """The organisation's people as services take them."""
    with app.app_context():
        for person in db.session.scalars(select(Person)):
            codes = frozenset({roles.FOCAL_POINT, roles.SUBMITTER})
            yield Audience(person.id, person.organisation_id, "humanitarian", codes)


def test_own_items_that_are_over_are_listed_apart(app, ngo):
    reference = file(ngo, NEW, notice())
    assert ngo.get("/notices").text.count("<caption>") == 1
    app.extensions["clock"] = lambda: NOW + timedelta(days=30)
    assert reference in ngo.get("/notices").text
    assert ngo.get("/notices").text.count("<caption>") == 1


def test_a_long_past_is_listed_in_pages(app, mission, ngo):
    who = next(iter(accounts_of(app)))
    with app.app_context():
        for number in range(45):
            filing.file_item(make.distribution("Bankass", "10 Dec 09:00-15:00"), who, f"key-{number}", mission, NOW)
    first, second = ngo.get("/notices"), ngo.get("/notices?page=1")
    found = [re.findall(r'href="/notices/(\w{5})"', page.text) for page in (first, second)]
    assert [len(references) for references in found] == [40, 5]
    assert len({*found[0], *found[1]}) == 45
    assert len(first.data) < 60_000
    assert "page=1" in first.text
    assert "page=2" not in second.text


def test_one_unreadable_item_does_not_hide_the_others(app, ngo):
    good, bad = file(ngo, NEW, notice(_key="a" * 32)), file(ngo, NEW, notice(_key="b" * 32, persons="7"))
    with app.app_context(), transaction() as session:
        item = session.scalars(select(Item).where(Item.reference == bad)).one()
        session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id)).one().filing = {"filed": "notice"}
    page = ngo.get("/notices")
    assert good in page.text
    assert bad in page.text
    assert ngo.get(f"/notices/{bad}").status_code == 422


def test_the_list_says_what_is_done_on_site_rather_than_how_one_gets_there(ngo):
    file(ngo, NEW, notice())
    page = ngo.get("/notices").text
    assert "Distribution de vivres" in page
    assert "Déplacement" not in page.partition("<tbody>")[2].partition("</tbody>")[0]
