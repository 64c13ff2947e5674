"""The one way to write, on both databases."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import StatementError

from deconflict.store.base import db, transaction
from deconflict.store.people import Organisation
from deconflict.store.work import Heartbeat


@pytest.fixture
def house(app):
    with app.app_context():
        yield


def an_organisation():
    with transaction() as session:
        held = Organisation(name="ONG Alpha", side="humanitarian")
        session.add(held)
    return held


def renamed_by_another(name):
    with db.engine.begin() as other:
        other.execute(update(Organisation).values(name=name))


def test_a_row_kept_from_the_transaction_before_is_read_again_inside_the_next(house):
    held = an_organisation()
    renamed_by_another("Association Badenya")
    with transaction():
        assert held.name == "Association Badenya"


def test_a_row_read_by_a_page_is_read_again_inside(house):
    an_organisation()
    held = db.session.scalars(select(Organisation)).one()
    assert held.name == "ONG Alpha"
    db.session.rollback()
    renamed_by_another("Association Badenya")
    with transaction() as session:
        assert session.get_one(Organisation, held.id).name == "Association Badenya"


def test_an_error_leaves_nothing_behind(house):
    def fails():
        with transaction() as session:
            session.add(Organisation(name="ONG Alpha", side="humanitarian"))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert db.session.scalars(select(Organisation)).all() == []


def test_one_inside_another_is_refused_and_the_next_is_not(house):
    with pytest.raises(RuntimeError, match="inside a transaction"), transaction(), transaction():
        pass
    assert an_organisation().id


def test_an_instant_without_a_zone_is_refused_rather_than_guessed(house):
    with pytest.raises(StatementError, match="naive"), transaction() as session:
        session.add(Heartbeat(name="x", at=datetime(2026, 1, 1)))  # noqa: DTZ001
