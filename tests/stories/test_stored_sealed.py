"""A database that is stolen without its keys shows no phone, plate, address, overnight place or code, in whatever table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import databases
import pytest
import raw
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from planted import PlantedWorld, planted_world
from sqlalchemy import func, select, update
from world import make_app

from deconflict.services import people
from deconflict.store import outbox
from deconflict.store.alerts import Alert
from deconflict.store.base import db, transaction
from deconflict.store.letters import Letter
from deconflict.store.people import Account

SEALED = ("phone", "e-mail", "team phone", "plates", "overnight", "code")


@pytest.fixture(scope="module", params=databases.KINDS)
def stolen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, network: TwilioNetwork, mail: SmtpSink
) -> Iterator[tuple[str, PlantedWorld]]:
    """Its URL, and what was put into it. Codes here are of signs that nothing else holds: four digits may be a year."""
    url = databases.fresh(request.param, tmp_path_factory.mktemp("stolen"))
    network.mend()
    codes = count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "fresh_code", lambda *_: f"#{next(codes):02d}%&")
        app = make_app(url, network, mail)
        with app.app_context():
            world = planted_world(app, network, mail)
            _write_a_letter(world)
            for code in db.session.scalars(select(Alert.code)):
                world.plant(code, "code", "nobody", "")
            db.session.remove()
            yield url, world
            db.session.remove()
            db.engine.dispose()
    databases.drop(url)


def _write_a_letter(world: PlantedWorld) -> None:
    """An administrator invites again somebody who has joined: the link goes by mail."""
    by, about = world.actors["Admina-zq"].audience, world.actors["Fanta-zq"].person_id
    with transaction() as session:
        session.execute(update(Account).where(Account.person_id == about).values(joined_at=world.now))
    people.reinvite(by, about, link_for=lambda token: token, now=world.now)
    assert db.session.scalar(select(func.count()).select_from(Letter))


def planted(world: PlantedWorld) -> dict[str, str]:
    """Value -> what it is."""
    return {plant.value: plant.what for plant in world.plants if plant.what in SEALED}


def test_whoever_has_the_keys_reads_all_of_it(stolen: tuple[str, PlantedWorld]):
    _url, world = stolen
    values = planted(world)
    assert set(values.values()) == set(SEALED)
    assert values.keys() <= raw.opened()


def test_no_row_of_any_table_holds_it_readable(stolen: tuple[str, PlantedWorld]):
    _url, world = stolen
    seen = 0
    for where, stored in raw.cells():
        seen += 1
        found = [what for value, what in planted(world).items() if any(form in stored for form in forms(value))]
        assert not found, f"{where} holds a {found[0]}"
    assert seen > 2_000


def test_nor_does_the_file_or_its_log(stolen: tuple[str, PlantedWorld]):
    url, world = stolen
    if not url.startswith("sqlite"):
        return  # a server's files are behind its rows
    everything = raw.files(url)
    assert b"Zaba-" in everything  # what is not encrypted is there to be read: the search does find things
    found = [
        what for value, what in planted(world).items() if any(form.encode() in everything for form in forms(value))
    ]
    assert found == []


def forms(value: str) -> set[str]:
    """As it was typed, and as somebody may have tidied it: without the plus, in one case, without dashes."""
    return {value, value.lower(), value.upper(), value.lstrip("+"), value.replace("-", "")}
