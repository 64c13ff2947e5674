"""The ladder, walked: which steps are due for a case, who stands on them, and the alerts they are owed.

The first step is the alert itself, so the matcher, an officer's request, the minimal alert and the escalation job all come
through here, and every recipient passes domain.disclosure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemFacts, may_hear
from deconflict.domain.escalation import BRAKE, DESK, OCHA_ROLES, REQUEST, Ladder, Step, ack_due_at, steps_due
from deconflict.domain.filing import MovementNotice
from deconflict.domain.matrix import SENSITIVE_READERS
from deconflict.domain.severity import Harm, Severity
from deconflict.matching.restraint import hold_back, settles_at
from deconflict.store.alerts import Alert, Message
from deconflict.store.cases import Case
from deconflict.store.moves import note_event
from deconflict.store.outbox import Owed, first_contact, write_alert
from deconflict.store.people import Person
from deconflict.store.queries import away_from_duty, facts_of, on_duty, people_of, version_filed_at

UNREACHED = "unreached"  # word to the desk that somebody cannot be reached and must be called
OBJECTION = "objection"  # word to the desk that somebody has it and cannot comply
OWN_TEXT = {UNREACHED: "officer_unreached", OBJECTION: "officer_objection", BRAKE: "officer_brake"}
FUNCTION_OF = {
    ("humanitarian", "owner_focal_point"): "focal_point",
    ("humanitarian", "owner_alternate"): "alternate",
    ("humanitarian", "owner_security"): "security",
    ("mission", "owner_focal_point"): "desk",
}
TEXT_AUDIENCE = {"ocha": "officer", "humanitarian": "focal", "mission": "mission"}


@dataclass(frozen=True, slots=True)
class Climb:
    """One ladder of one case: for the desk (`side` ocha) or for the owner of one item, counted from `alerted_at`. `name` is
    what its alerts are filed under: `desk`, `minimal:mission`, `request:12`; every request climbs on its own."""

    session: Session
    mission: Mission
    case: Case
    side: str
    purpose: str
    name: str
    alerted_at: datetime
    now: datetime

    @property
    def severity(self) -> Severity:
        return Severity(self.case.severity)

    @property
    def ladder(self) -> Ladder | None:
        return self.mission.pack.ladder(self.severity, "ocha" if self.side == "ocha" else "party")

    def due_steps(self, taken: Collection[str]) -> list[Step]:
        """Steps whose hour has come and which no alert of this round has `taken`."""
        ladder = self.ladder
        if ladder is None:
            return []
        starts_at = self.case.starts_at
        return steps_due(ladder, taken=taken, alerted_at=self.alerted_at, starts_at=starts_at, now=self.now)

    def take_due_steps(self) -> int:
        """Writes the alerts of every due step; returns how many. The word of a step nobody stands on goes to OCHA at once
        (RUL-3)."""
        ladder, due = self.ladder, self.due_steps(self._taken())
        if ladder is None or not due:
            return 0
        rung: set[int] = set()
        written = sum(self._take(ladder, step, rung) for step in due)
        if self.side == "ocha" and not written and not self._left():
            # Nobody on the first steps can be written to: the word does not wait there for the clock of the next.
            written = next((n for s in ladder.steps if s not in due and (n := self._take(ladder, s, rung))), 0)
        return written

    def take_next_step(self) -> int:
        """The next step that nobody has taken and that somebody stands on, whatever its clock: who stood on the one before
        cannot be reached. Returns how many alerts it wrote."""
        ladder, taken = self.ladder, self._taken()
        if ladder is None:
            return 0
        rung: set[int] = set()
        return next((n for s in ladder.steps if s.id not in taken and (n := self._take(ladder, s, rung))), 0)

    def take_all(self) -> int:
        """Every step of OCHA's ladder at once, and the duty officers of the other hubs: for what must not wait for a clock."""
        ladder = self.ladder
        if ladder is None:
            return 0
        hubs = self.mission.area(self.case.area).backup
        owed = [entry for s in ladder.steps for role in s.to for entry in self._owed(ladder, s, role)]
        owed += [self._word(ladder, ladder.steps[0], "ocha", p) for hub in hubs for p in self._on_duty(hub, "duty")]
        rung: set[int] = set()
        return sum(self._write(entry, rung) for entry in owed)

    def ring(self, area: str, role: str) -> int:
        """Whoever stands on this step of OCHA's ladder for this area, at once and beside the ladder. Returns how many are."""
        ladder = self.ladder
        if ladder is None:
            return 0
        rung: set[int] = set()
        return sum(self._write(self._word(ladder, ladder.steps[0], "ocha", p), rung) for p in self._on_duty(area, role))

    def tell(self, person: Person) -> bool:
        """The first step's word to this very person, in place of whoever is on duty now: who made a call hears first that
        nobody answered it. False when he may not hear, and the step stays for the others."""
        ladder = self.ladder
        if ladder is None or not _employed(person, self.now) or (self._sensitive() and not _reads_sensitive(person)):
            return False
        return self._write(self._word(ladder, ladder.steps[0], self.side, person), set())

    def may_begin(self) -> bool:
        """Whether this side may hear of this at all."""
        return self._may_hear(self.side, self.purpose)

    def _take(self, ladder: Ladder, step: Step, rung: set[int]) -> int:
        owed = [owed for role in step.to for owed in self._owed(ladder, step, role)]
        if step is ladder.steps[0]:
            owed += self._team(step, ladder)
        written = sum(self._write(entry, rung) for entry in owed)
        if not any(entry.team_number or self._reachable(entry.person, step.channels) for entry in owed):
            written += self._pass_to_ocha(ladder, step, rung)
        return written

    def _write(self, owed: Owed, rung: set[int]) -> bool:
        """Whether a message will leave. Nobody is written to twice by one ring of the bell, and whoever has no address that
        works is owed the word all the same: it waits on the desk's pages."""
        again = owed.person.id in rung and owed.team_number is None
        settled = settles_at(self.session, self.mission.pack.clocks, self.case, owed, self.now)
        owed = replace(owed, send_after=max(owed.send_after, settled))
        alert = write_alert(self.session, self.case, replace(owed, channels=()) if again else owed, self.now)
        if alert is None or not alert.messages:
            return False
        hold_back(self.session, self.mission.pack.clocks, self.case, alert, self.now)
        if owed.team_number is None:
            rung.add(owed.person.id)
        return True

    def _owed(self, ladder: Ladder, step: Step, role: str) -> Iterator[Owed]:
        side = "ocha" if role in OCHA_ROLES else self.side
        purpose = DESK if side == "ocha" else self.purpose
        if not self._may_hear(side, purpose):
            return
        for person in self._people(side, role, step.channels):
            yield self._word(ladder, step, side, person)

    def _word(self, ladder: Ladder, step: Step, side: str, person: Person) -> Owed:
        return Owed(
            person=person,
            side=side,
            purpose=self.name,
            step=step.id,
            text=self._text(side, person),
            level="desk",
            channels=step.channels,
            useful_until=self.case.ends_at,
            send_after=self._send_after(on_duty=side == "ocha"),
            ack_due_at=ack_due_at(ladder, alerted_at=self.alerted_at, starts_at=self.case.starts_at),
            urgency=self.severity.rank,
        )

    def _on_duty(self, area: str, role: str) -> list[Person]:
        """Whoever cannot open a SENSITIVE case does not hear of it either: the sub-office head is skipped (RUL-3). While a duty
        officer is absent, the deputy of the same area stands in."""
        found = on_duty(self.session, area, role, self.now)
        if not found and role == "duty" and away_from_duty(self.session, area, role, self.now):
            found = on_duty(self.session, area, "deputy", self.now)
        return [person for person in found if _reads_sensitive(person)] if self._sensitive() else found

    def _people(self, side: str, role: str, channels: tuple[str, ...]) -> list[Person]:
        if side == "ocha":
            # Where nobody stands on this step whom a message can reach, the hubs that back the area up do (mission.toml).
            nearest: list[Person] = []
            for area in (self.case.area, *self.mission.area(self.case.area).backup):
                found = self._on_duty(area, role)
                if any(self._reachable(person, channels) for person in found):
                    return found
                nearest = nearest or found
            return nearest
        item = self.case.item_of(side)
        function = FUNCTION_OF.get((side, role))
        if item is None or function is None:
            return []
        return people_of(
            self.session, item.owner_id, function, item.sector if side == "mission" else None, now=self.now
        )

    def _team(self, step: Step, ladder: Ladder) -> list[Owed]:
        """The field team's own number, where its organisation wants teams written to directly. A team already on the road
        is reached for danger only (RUL-4)."""
        item = self.case.item_of(self.side) if self.side == "humanitarian" else None
        if (
            item is None
            or not item.owner.direct
            or "sms" not in step.channels
            or not self._may_hear(self.side, self.purpose)
        ):
            return []
        send_after = self._send_after(on_duty=False)
        moving = item.departs_at <= send_after  # when it leaves, not when it is written: a night lies between
        facts = facts_of(self.session, item, self.mission.catalogue)
        number = facts.filing.communications if isinstance(facts.filing, MovementNotice) else None
        of_owner = (people_of(self.session, item.owner_id, function) for function in ("focal_point", "alternate"))
        answerable = [
            person for found in of_owner for person in found
        ]  # absent or not: it is the team that is written to
        if not number or not answerable or (moving and self.case.harm != Harm.DANGER):
            return []
        critical = self.severity is Severity.CRITICAL
        return [
            Owed(
                person=answerable[0],
                side=self.side,
                purpose=self.name,
                step=step.id,
                text="team_critical" if critical else "team_high",
                level="team",
                # A satellite phone takes texts unreliably: a person rings it, whom the desk's page of calls tells.
                channels=() if number.startswith(self.mission.phone_plan.satellite) else ("sms",),
                useful_until=self.case.ends_at,
                send_after=send_after,
                ack_due_at=ack_due_at(ladder, alerted_at=self.alerted_at, starts_at=self.case.starts_at),
                urgency=self.severity.rank,
                team_number=number,
            )
        ]

    def _pass_to_ocha(self, ladder: Ladder, step: Step, rung: set[int]) -> int:
        """Nobody stands on this step who may hear, or nobody whom a message can reach. Where nobody is on duty either, it
        stays untaken and is tried again at the next turn, until the roster has somebody."""
        owed = list(self._owed(ladder, step, "duty"))
        written = sum(self._write(entry, rung) for entry in owed)
        if written:
            event = "step_amended" if self._amended(self.side) else "step_empty"
            note_event(self.session, self.case, event, self.now, code=f"{self.name}/{step.id}")
        return written

    def _text(self, side: str, person: Person) -> str:
        audience, own = TEXT_AUDIENCE[side], OWN_TEXT.get(self.name.partition(":")[0]) if side == "ocha" else None
        # A new round is the desk's: nothing in a text to a party may tell of it.
        asked = side != "ocha" and self.purpose == REQUEST
        told = select(Alert.id).where(
            Alert.case_id == self.case.id,
            Alert.purpose == self.name if asked or own else Alert.round == self.case.round,
            Alert.person_id == person.id,
            Alert.team_contact_hash == "",
        )
        if self.session.scalars(told).first() is not None:
            return f"{audience}_reminder"
        if own:
            return own
        if side == "ocha":
            return "officer_critical" if self.severity is Severity.CRITICAL else "officer_high"
        return f"{audience}_{self.purpose}"

    def _send_after(self, *, on_duty: bool) -> datetime:
        clocks = self.mission.pack.clocks
        quiet = clocks.quiet(Harm(self.case.harm), self.severity, self.now, self.case.starts_at, on_duty=on_duty)
        return clocks.quiet_ends_at(self.now) if quiet else self.now

    def _may_hear(self, side: str, purpose: str) -> bool:
        if side != "ocha" and self._amended(side):
            return False
        return may_hear(side, purpose, self._humanitarian(), eyes_only=self.case.eyes_only, late=self._late(side))

    def _amended(self, side: str) -> bool:
        """Whether the owner has changed its item since this ladder began. From then on its steps go to the desk: whether a
        reminder still comes would tell what the change did (RUL-6)."""
        item = self.case.item_of(side)
        return item is not None and version_filed_at(self.session, item) > self.alerted_at

    def _humanitarian(self) -> ItemFacts | None:
        item = self.case.humanitarian
        return None if item is None or not self.case.judgement else facts_of(self.session, item, self.mission.catalogue)

    def _sensitive(self) -> bool:
        """Whether its notice is. One that cannot be read is treated as if it were."""
        item = self.case.humanitarian
        try:
            return item is not None and facts_of(self.session, item, self.mission.catalogue).sensitive
        except (ValueError, KeyError, TypeError):
            return True

    def _late(self, side: str) -> bool:
        """Whether this side's own filing was late: bait would be (RUL-2). The other side's lateness silences nobody."""
        item = self.case.item_of(side)
        return item is not None and item.late

    def _reachable(self, person: Person, channels: tuple[str, ...]) -> bool:
        return any(first_contact(person, channel) is not None for channel in channels)

    def _left(self) -> bool:
        """Whether any message of this ladder is on its way in this round."""
        mine = select(Message.id).join(Alert).where(Alert.case_id == self.case.id, Alert.purpose == self.name)
        return self.session.scalars(mine.where(Alert.round == self.case.round).limit(1)).first() is not None

    def _taken(self) -> set[str]:
        mine = select(Alert.step).where(Alert.case_id == self.case.id, Alert.purpose == self.name)
        if self.purpose != REQUEST:  # a request outlives a change of round
            mine = mine.where(Alert.round == self.case.round)
        return set(self.session.scalars(mine))


def _employed(person: Person, now: datetime) -> bool:
    return person.active and (person.until_at is None or person.until_at > now)


def _reads_sensitive(person: Person) -> bool:
    return person.account is not None and any(role.name in SENSITIVE_READERS for role in person.account.roles)
