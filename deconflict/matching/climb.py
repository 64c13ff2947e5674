"""The ladder, walked: which steps are due for a case, and the alerts that whoever stands on them is owed.

The first step is the alert itself, so the matcher, an officer's request, the minimal alert and the escalation job all come
through here, and every recipient passes domain.disclosure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemFacts
from deconflict.domain.escalation import (
    BRAKE,
    DESK,
    MINIMAL,
    OCHA_ROLES,
    OVERDUE,
    REQUEST,
    Ladder,
    Step,
    ack_due_at,
    confirm_due_at,
    steps_due,
)
from deconflict.domain.filing import MovementNotice
from deconflict.domain.levels import level_behind
from deconflict.domain.recipients import may_hear
from deconflict.domain.severity import Harm, Severity
from deconflict.matching.restraint import hold_back, settles_at
from deconflict.matching.silence import PASSING
from deconflict.matching.standing import Standing, reachable
from deconflict.store.alerts import Alert, Message
from deconflict.store.cases import Case
from deconflict.store.moves import note_event
from deconflict.store.outbox import Owed, write_alert
from deconflict.store.people import Person
from deconflict.store.queries import facts_of, version_filed_at

UNREACHED = "unreached"  # word to the desk that somebody cannot be reached and must be called
OBJECTION = "objection"  # word to the desk that somebody has it and cannot comply
ALSO = "also"  # word to the area that a case concerns and does not lead
OWN_TEXT = {
    UNREACHED: "officer_unreached",
    OBJECTION: "officer_objection",
    BRAKE: "officer_brake",
    OVERDUE: "officer_overdue",
}
TEXT_AUDIENCE = {"ocha": "officer", "humanitarian": "focal", "mission": "mission"}


@dataclass(eq=False)
class Climb:
    """One ladder of one case: for the desk (`side` ocha) or for the owner of one item, counted from `alerted_at`. `name` is
    what its alerts are filed under: `desk`, `minimal:mission`, `request:12`; every request climbs on its own. `passing`: its desk has
    the word, and it is climbed until the unit or the team confirms. `_rung`: who has been written to by this ring of the bell."""

    session: Session
    mission: Mission
    case: Case
    side: str
    purpose: str
    name: str
    alerted_at: datetime
    now: datetime
    passing: bool = False
    _rung: set[int] = field(default_factory=set, init=False)

    @property
    def severity(self) -> Severity:
        return Severity(self.case.severity)

    @property
    def ladder(self) -> Ladder | None:
        found = self.mission.pack.ladder(self.severity, "ocha" if self.side == "ocha" else "party")
        return found.for_confirming if self.passing and found is not None else found

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
        written = sum(self._take(ladder, step) for step in due)
        if self.side == "ocha" and not written and not self._left():
            # Nobody on the first steps can be written to: the word does not wait there for the clock of the next.
            written = self._take_first(ladder, (step for step in ladder.steps if step not in due))
        return written

    def take_next_step(self) -> int:
        """The next step that nobody has taken and that somebody stands on, whatever its clock: who stood on the one before
        cannot be reached. Returns how many alerts it wrote."""
        ladder, taken = self.ladder, self._taken()
        if ladder is None:
            return 0
        return self._take_first(ladder, (step for step in ladder.steps if step.id not in taken))

    def take_all(self) -> int:
        """Every step of OCHA's ladder at once, and the duty officers of the other hubs: for what must not wait for a clock."""
        ladder = self.ladder
        if ladder is None:
            return 0
        first, hubs = ladder.steps[0], self.mission.area(self.case.area).backup
        owed = [entry for s in ladder.steps for role in s.to for entry in self._owed(ladder, s, role)]
        owed += [self._word(ladder, first, "ocha", p) for hub in hubs for p in self._standing.on_duty(hub, "duty")]
        return sum(map(self._write, owed))

    def ring(self, area: str, role: str) -> int:
        """Whoever stands on this step of OCHA's ladder for this area, at once and beside the ladder. Returns how many are."""
        ladder = self.ladder
        if ladder is None:
            return 0
        first, people = ladder.steps[0], self._standing.on_duty(area, role)
        return sum(self._write(self._word(ladder, first, "ocha", person)) for person in people)

    def inform(self, areas: Iterable[str]) -> int:
        """Whoever is on duty for these areas has word of a case that another area leads, filed apart: it takes no step of the ladder,
        which stays with that area. Nobody twice who has been rung just now. Returns how many are."""
        ladder = self.ladder
        if ladder is None:
            return 0
        first = ladder.steps[0]
        people = [person for area in areas for person in self._standing.on_duty(area, "duty")]
        words = [
            replace(self._word(ladder, first, "ocha", one), purpose=ALSO) for one in people if one.id not in self._rung
        ]
        return sum(map(self._write, words))

    def tell(self, person: Person) -> bool:
        """The first step's word to this very person, in place of whoever is on duty now: who made a call hears first that
        nobody answered it. False when he may not hear, and the step stays for the others."""
        ladder = self.ladder
        if ladder is None or not self._standing.may_be_told(person):
            return False
        return self._write(self._word(ladder, ladder.steps[0], self.side, person))

    def may_begin(self) -> bool:
        """Whether this side may hear of this at all."""
        return self._may_hear(self.side, self.purpose)

    @cached_property
    def _standing(self) -> Standing:
        return Standing(self.session, self.mission, self.case, self.now)

    def _take_first(self, ladder: Ladder, steps: Iterable[Step]) -> int:
        """The first of these that somebody stands on."""
        return next((written for step in steps if (written := self._take(ladder, step))), 0)

    def _take(self, ladder: Ladder, step: Step) -> int:
        owed = [owed for role in step.to for owed in self._owed(ladder, step, role)]
        if step is ladder.steps[0]:
            owed += self._team(ladder, step)
        written = sum(map(self._write, owed))
        if not any(entry.team_number or reachable(entry.person, step.channels) for entry in owed):
            written += self._pass_to_ocha(ladder, step)
        return written

    def _write(self, owed: Owed) -> bool:
        """Whether a message will leave. Nobody is written to twice by one ring of the bell, and whoever has no address that
        works is owed the word all the same: it waits on the desk's pages."""
        again = owed.person.id in self._rung and owed.team_number is None
        settled = settles_at(self.session, self.mission.pack.clocks, self.case, owed, self.now)
        owed = replace(owed, send_after=max(owed.send_after, settled))
        alert = write_alert(self.session, self.case, replace(owed, twin=again), self.now)
        if alert is None or not alert.messages:
            return False
        hold_back(self.session, self.mission.pack.clocks, self.case, alert, self.now)
        if owed.team_number is None:
            self._rung.add(owed.person.id)
        return True

    def _owed(self, ladder: Ladder, step: Step, role: str) -> Iterator[Owed]:
        side = "ocha" if role in OCHA_ROLES else self.side
        purpose = DESK if side == "ocha" else self.purpose
        if not self._may_hear(side, purpose):
            return
        for person in self._standing.people(side, role, step.channels):
            yield self._word(ladder, step, side, person)

    def _word(self, ladder: Ladder, step: Step, side: str, person: Person, text: str | None = None) -> Owed:
        return Owed(
            person=person,
            side=side,
            purpose=self.name,
            step=step.id,
            text=text or self._text(side, person),
            level="desk",
            channels=step.channels,
            useful_until=self.case.ends_at,
            send_after=self._send_after(on_duty=side == "ocha"),
            ack_due_at=ack_due_at(ladder, alerted_at=self.alerted_at, starts_at=self.case.starts_at),
            confirm_due_at=self._confirm_due_at(ladder) if side == self.side else None,
            urgency=self.severity.rank,
        )

    def _confirm_due_at(self, ladder: Ladder) -> datetime | None:
        """By when the unit or the team should have confirmed; None where nobody stands behind this desk."""
        item = self.case.item_of(self.side) if self.purpose in (REQUEST, MINIMAL) else None
        if item is None or ladder.confirm is None:
            return None
        catalogue = self.mission.catalogue
        behind = level_behind(facts_of(self.session, item, catalogue).filing, self.side, catalogue)
        return confirm_due_at(ladder, alerted_at=self.alerted_at, starts_at=self.case.starts_at) if behind else None

    def _team(self, ladder: Ladder, step: Step) -> Iterator[Owed]:
        """The field team's own number, where its organisation wants teams written to directly. A team already on the road
        is reached for danger only (RUL-4)."""
        item = self.case.item_of(self.side) if self.side == "humanitarian" else None
        if (
            item is None
            or not item.owner.direct
            or "sms" not in step.channels
            or not self._may_hear(self.side, self.purpose)
        ):
            return
        # When it leaves, not when it is written: a night lies between.
        moving = item.departs_at <= self._send_after(on_duty=False)
        facts = facts_of(self.session, item, self.mission.catalogue)
        phones = facts.filing.phones if isinstance(facts.filing, MovementNotice) else ()
        by_hand = self.mission.phone_plan.satellite
        # A satellite phone takes texts unreliably: a person rings it, whom the desk's page of calls tells.
        number, second = (*sorted(phones, key=lambda phone: phone.startswith(by_hand)), None, None)[:2]
        person = self._standing.answers_for_team(item)
        if not number or person is None or (moving and self.case.harm != Harm.DANGER):
            return
        text = "team_critical" if self.severity is Severity.CRITICAL else "team_high"
        word = self._word(ladder, step, self.side, person, text)
        channels = () if number.startswith(by_hand) else ("sms",)
        texts = bool(second and not second.startswith(by_hand))
        yield replace(word, level="team", channels=channels, team_number=number, team_second=second, second_texts=texts)

    def _pass_to_ocha(self, ladder: Ladder, step: Step) -> int:
        """Nobody stands on this step who may hear, or nobody whom a message can reach. Where nobody is on duty either, it
        stays untaken and is tried again at the next turn, until the roster has somebody."""
        owed = list(self._owed(ladder, step, "duty"))
        written = sum(map(self._write, owed))
        if written:
            event = "step_amended" if self._amended(self.side) else "step_empty"
            note_event(self.session, self.case, event, self.now, code=f"{self.name}/{step.id}")
        return written

    def _text(self, side: str, person: Person) -> str:
        audience, own = TEXT_AUDIENCE[side], OWN_TEXT.get(self.name.partition(":")[0]) if side == "ocha" else None
        if self.passing and side != "ocha":
            return f"{audience}{PASSING}"
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
        item = self.case.item_of(side)
        of_ocha = item is not None and item.of_ocha
        eyes_only, late = self.case.eyes_only, self._late(side)
        return may_hear(side, purpose, self._humanitarian(), eyes_only=eyes_only, late=late, of_ocha=of_ocha)

    def amended(self) -> bool:
        """Whether its owner has changed the item since: what its unit is to know now is another matter."""
        return self._amended(self.side)

    def _amended(self, side: str) -> bool:
        """Whether the owner has changed its item since this ladder began. From then on its steps go to the desk: whether a
        reminder still comes would tell what the change did (RUL-6)."""
        item = self.case.item_of(side)
        return item is not None and version_filed_at(self.session, item) > self.alerted_at

    def _humanitarian(self) -> ItemFacts | None:
        item = self.case.humanitarian
        return None if item is None or not self.case.judgement else facts_of(self.session, item, self.mission.catalogue)

    def _late(self, side: str) -> bool:
        """Whether this side's own filing was late: bait would be (RUL-2). The other side's lateness silences nobody."""
        item = self.case.item_of(side)
        return item is not None and item.late

    def _left(self) -> bool:
        """Whether any message of this ladder is on its way in this round."""
        mine = select(Message.id).join(Alert).where(Alert.case_id == self.case.id, Alert.purpose == self.name)
        return self.session.scalars(mine.where(Alert.round == self.case.round).limit(1)).first() is not None

    def _taken(self) -> set[str]:
        mine = select(Alert.step).where(Alert.case_id == self.case.id, Alert.purpose == self.name)
        if self.purpose != REQUEST:  # a request outlives a change of round
            mine = mine.where(Alert.round == self.case.round)
        return set(self.session.scalars(mine))
