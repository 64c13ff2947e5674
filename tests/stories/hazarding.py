"""What stories of hazard notices do: people enter and officers act through the pages; the references that follow."""

from __future__ import annotations

import re

from planted import Visitor, look_again, signed_in
from sqlalchemy import select
from world import Actor, World

from deconflict.domain.procedures import Noun
from deconflict.store.base import db
from deconflict.store.procedures import Procedure

IED = {
    "kind": "ied_found_or_suspected",
    "first-place": "Bankass",
    "source": "residents",
    "words": "Sur la piste, au nord",
}
SECTION = {"kind": "road_closed", "first-place": "Mopti", "last-place": "Bandiagara", "source": "drivers"}


def browser(world: World, who: Actor) -> Visitor:
    return signed_in(world.app, who.person_id)


def main(answer) -> str:
    return answer.text.partition("<main")[2].partition("</main")[0]


def enters(world: World, who: Actor, key: str = "", **more: str) -> str:
    """The reference of what was entered."""
    form = IED | {"_key": key or f"{next(world.keys):032x}"} | more
    answer = browser(world, who).post("/hazards/new", data=form)
    assert answer.status_code == 303, main(answer)
    world.turn()
    return str(answer.location).rsplit("/", 1)[1]


def row(reference: str) -> Procedure:
    look_again()
    return db.session.scalars(
        select(Procedure).where(Procedure.noun == Noun.HAZARD, Procedure.reference == reference)
    ).one()


def acts(world: World, who: Actor, reference: str, act: str, **form: str):
    """Presses a button of its page as it stands now."""
    data = {"version": str(row(reference).version)} | form
    answer = browser(world, who).post(f"/hazards/{reference}/{act}", data=data)
    world.turn()
    return answer


def shown(world: World, by: Actor, **more: str) -> str:
    """Entered and shown."""
    reference = enters(world, by, **more)
    assert acts(world, world.officer, reference, "show").status_code == 303
    assert row(reference).state == "shown"
    return reference


def listed(world: World, who: Actor) -> list[str]:
    """The references on somebody's page of hazards."""
    page = browser(world, who).get("/hazards")
    assert page.status_code == 200, page.status_code
    return re.findall(r'href="/hazards/([0-9A-Z]{5})"', main(page))
