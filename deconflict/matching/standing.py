"""Who stands on the steps of a ladder: at OCHA by the roster, of a party by what its people are in their organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.matrix import SENSITIVE_READERS
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.outbox import first_contact
from deconflict.store.people import Person
from deconflict.store.queries import away_from_duty, facts_of, on_duty, people_of

FUNCTION_OF = {
    ("humanitarian", "owner_focal_point"): "focal_point",
    ("humanitarian", "owner_alternate"): "alternate",
    ("humanitarian", "owner_security"): "security",
    ("mission", "owner_focal_point"): "desk",
}


@dataclass(eq=False)
class Standing:
    """For one case, at one moment."""

    session: Session
    mission: Mission
    case: Case
    now: datetime

    def people(self, side: str, role: str, channels: tuple[str, ...]) -> list[Person]:
        """Everybody on the step of this role, in order. Where nobody stands on one of OCHA's whom a message can reach by these
        channels, the hubs that back the area up do (mission.toml)."""
        if side == "ocha":
            nearest: list[Person] = []
            for area in (self.case.area, *self.mission.area(self.case.area).backup):
                found = self.on_duty(area, role)
                if any(reachable(person, channels) for person in found):
                    return found
                nearest = nearest or found
            return nearest
        item = self.case.item_of(side)
        function = FUNCTION_OF.get((side, role))
        if item is None or function is None:
            return []
        sector = item.sector if side == "mission" else None
        return people_of(self.session, item.owner_id, function, sector, now=self.now)

    def on_duty(self, area: str, role: str) -> list[Person]:
        """Whoever cannot open a SENSITIVE case does not hear of it either: the sub-office head is skipped (RUL-3). While a duty
        officer is absent, the deputy of the same area stands in."""
        found = on_duty(self.session, area, role, self.now)
        if not found and role == "duty" and away_from_duty(self.session, area, role, self.now):
            found = on_duty(self.session, area, "deputy", self.now)
        return [person for person in found if self._may_read(person)]

    def may_be_told(self, person: Person) -> bool:
        """Whether this very person may be, on duty or not."""
        employed = person.active and (person.until_at is None or person.until_at > self.now)
        return employed and self._may_read(person)

    def answers_for_team(self, item: Item) -> Person | None:
        """Absent or not: it is the team that is written to."""
        functions = ("focal_point", "alternate")
        return next((p for function in functions for p in people_of(self.session, item.owner_id, function)), None)

    def _may_read(self, person: Person) -> bool:
        return not self._sensitive or _reads_sensitive(person)

    @cached_property
    def _sensitive(self) -> bool:
        """Whether its notice is. One that cannot be read is treated as if it were."""
        item = self.case.humanitarian
        try:
            return item is not None and facts_of(self.session, item, self.mission.catalogue).sensitive
        except (ValueError, KeyError, TypeError):
            return True


def reachable(person: Person, channels: tuple[str, ...]) -> bool:
    """Whether some address of this person carries one of these."""
    return any(first_contact(person, channel) is not None for channel in channels)


def _reads_sensitive(person: Person) -> bool:
    return person.account is not None and any(role.name in SENSITIVE_READERS for role in person.account.roles)
