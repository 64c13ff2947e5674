"""Who is owed word by now, and when not at night: pure arithmetic on instants (D4.4 with RUL-1 to RUL-6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from deconflict.domain.severity import Harm, Severity

OCHA_ROLES = ("duty", "deputy", "suboffice_head", "ocha_head")
PARTY_ROLES = ("owner_focal_point", "owner_alternate", "owner_security")
AUDIENCES = ("ocha", "party")
# What an alert is for. Those of a request and of a minimal alert say whose they are too: `request:12`, `minimal:mission`.
DESK, REQUEST, MINIMAL, RELEASE, CLOSING = "desk", "request", "minimal", "release", "closing"
UNANSWERED = "unanswered"  # word to the desk that the clock of a request ran out: `unanswered:12`
OVERDUE = (
    "overdue"  # word to a team's base, then to the desk, that it has not said that it arrived: `overdue:3` of its stop
)
BRAKE = "brake"  # word to the desk that alerts wait for its decision


@dataclass(frozen=True, slots=True)
class Clock:
    """At most `longest`; less when `share` of the time to start is less; never less than `floor`."""

    longest: timedelta
    share: float | None = None
    floor: timedelta = timedelta(0)

    def runs(self, since: datetime, starts_at: datetime) -> timedelta:
        """How long from `since`, for what starts at `starts_at`. A start that is past gives the floor."""
        if self.share is None:
            return self.longest
        return max(self.floor, min(self.longest, self.share * (starts_at - since)))


@dataclass(frozen=True, slots=True)
class Step:
    """One rung. Due `at_share` acknowledgement windows after the alert (0: the alert itself, 1: the deadline), plus `after`.
    `to` names roles: at OCHA duty, deputy, suboffice_head, ocha_head; of a party owner_focal_point, owner_alternate,
    owner_security. `everyone`: each of those who are told must acknowledge; else the first who does stops the ladder."""

    id: str
    at_share: float
    after: timedelta
    to: tuple[str, ...]
    channels: tuple[str, ...]
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps of one severity for one audience, in the order in which they come due. `confirm`: of a party, how long its unit
    or team is given to confirm that it has the word too; None where that is not asked."""

    severity: Severity
    audience: str
    ack: Clock
    steps: tuple[Step, ...]
    confirm: Clock | None = None

    @property
    def required(self) -> frozenset[str]:
        """The steps on which everyone must acknowledge."""
        return frozenset(step.id for step in self.steps if step.everyone)

    @property
    def for_confirming(self) -> Ladder | None:
        """The same steps, counted in the time that the unit or team is given: what is climbed while a desk has the word and
        nobody says that it was passed on. None where that is not asked."""
        return replace(self, ack=self.confirm) if self.confirm is not None else None

    def due_at(self, step: Step, *, alerted_at: datetime, starts_at: datetime) -> datetime:
        return alerted_at + step.at_share * self.ack.runs(alerted_at, starts_at) + step.after


def ack_due_at(ladder: Ladder, *, alerted_at: datetime, starts_at: datetime) -> datetime:
    """When an acknowledgement is late. `alerted_at` is the alert's creation or the end of its hold, never a send (RUL-5)."""
    return alerted_at + ladder.ack.runs(alerted_at, starts_at)


def confirm_due_at(ladder: Ladder, *, alerted_at: datetime, starts_at: datetime) -> datetime | None:
    """When the word of the unit or team is late, counted from the alert like its desk's, and not from what its desk said."""
    return None if ladder.confirm is None else alerted_at + ladder.confirm.runs(alerted_at, starts_at)


def steps_due(
    ladder: Ladder, *, taken: Collection[str], alerted_at: datetime, starts_at: datetime, now: datetime
) -> list[Step]:
    """The steps whose instant has come and whose id is not in `taken`, in order. After an outage there are several, and each
    is owed to somebody."""
    return [
        step
        for step in ladder.steps
        if step.id not in taken and ladder.due_at(step, alerted_at=alerted_at, starts_at=starts_at) <= now
    ]


def next_step_at(
    ladder: Ladder, *, taken: Collection[str], alerted_at: datetime, starts_at: datetime
) -> datetime | None:
    """When the next step that is not taken comes due, None at the top of the ladder."""
    waiting = [step for step in ladder.steps if step.id not in taken]
    return min((ladder.due_at(step, alerted_at=alerted_at, starts_at=starts_at) for step in waiting), default=None)


@dataclass(frozen=True, slots=True)
class Night:
    """Quiet hours on the wall clock of the mission; they may cross midnight."""

    begins: time
    ends: time
    starts_before: time
    on_duty: Severity
    timezone: ZoneInfo

    def covers(self, at: datetime) -> bool:
        wall = at.astimezone(self.timezone).time()
        if self.begins <= self.ends:
            return self.begins <= wall < self.ends
        return wall >= self.begins or wall < self.ends

    def next_(self, wall: time, at: datetime) -> datetime:
        """The first instant after `at` when the clocks of the mission show `wall`."""
        local = at.astimezone(self.timezone)
        day = local.date() if wall > local.time() else local.date() + timedelta(days=1)
        return datetime.combine(day, wall, self.timezone).astimezone(at.tzinfo)


@dataclass(frozen=True, slots=True)
class Clocks:
    """Every clock of sop.toml that is not a ladder's. A severity without `release` waits for the officer (RUL-1).
    `follow_up`: how long a yes or an agreement is waited for before the desk is rung again. `settle`: within how long whoever has
    not answered a text is not sent the same words about the same case again. `brake_per_hour`: more alerts than that wait for an
    officer. `answer`: how long an answer to a request is waited for; `hoped` what its side reads of that. `ask_batches`: when requests
    leave whose case neither burns nor starts within `ask_near`. Within `freeze` of the start a change goes by phone."""

    release: Mapping[Severity, Clock]
    review: Mapping[Severity, timedelta]
    review_near: timedelta
    review_soon: timedelta
    night: Night
    follow_up: Clock
    daily_cap: int
    batches: tuple[time, ...]
    settle: timedelta = timedelta(0)
    brake_per_hour: int = 0
    release_ask: Mapping[Severity, Clock] = field(default_factory=dict)
    answer: Mapping[Severity, Clock] = field(default_factory=dict)
    hoped: Clock = Clock(timedelta(hours=12))
    ask_batches: tuple[time, ...] = ()
    ask_near: timedelta = timedelta(0)
    freeze: timedelta = timedelta(0)

    def hold_until(self, severity: Severity, starts_at: datetime, opened_at: datetime) -> datetime | None:
        """When the minimal alert goes to the item's own owner unless an officer acted (RUL-1, RUL-2): None is never, the
        opening itself is at once."""
        clock = self.release.get(severity)
        return None if clock is None else opened_at + clock.runs(opened_at, starts_at)

    def release_due_at(self, severity: Severity, starts_at: datetime, asked_at: datetime) -> datetime:
        """By when an owner who was rung for a one-off release should have answered (RUL-8); after it, silence is told."""
        return asked_at + self.release_ask[severity].runs(asked_at, starts_at)

    def request_leaves_at(self, harm: Harm, severity: Severity, starts_at: datetime, asked_at: datetime) -> datetime:
        """When a request that is made now leaves: at once for danger, for what is critical, and near the start; else at the next fixed
        hour, so that the hour at which a side is asked tells nothing of when the other filed (RUL-4, RUL-6)."""
        burns = harm is Harm.DANGER or severity is Severity.CRITICAL
        if burns or not self.ask_batches or starts_at - asked_at < self.ask_near:
            return asked_at
        return min(self.night.next_(wall, asked_at) for wall in self.ask_batches)

    def answer_due_at(self, severity: Severity, starts_at: datetime, leaves_at: datetime) -> datetime:
        """By when a request should have its answer; after it, the silence is told to the desk, and is no answer."""
        return leaves_at + self.answer[severity].runs(leaves_at, starts_at)

    def hoped_at(self, departs_at: datetime, leaves_at: datetime) -> datetime:
        """By when an answer is hoped for, as the asked side reads it: from its own departure and nothing else. The desk's clock counts
        to the start of the overlap, by which of its rules; both would tell of the other side (RUL-9)."""
        return leaves_at + self.hoped.runs(leaves_at, departs_at)

    def frozen(self, moment: datetime, at: datetime) -> bool:
        """Whether the moment is so near, before or behind, that a change goes by phone, with read-back. What began days ago is read on a
        page like anything else."""
        return abs(moment - at) < self.freeze

    def review_due_at(self, severity: Severity, starts_at: datetime, opened_at: datetime) -> datetime | None:
        """When an officer should have looked; None for the weekly digest."""
        if (due := self.review.get(severity)) is None:
            return None
        near = starts_at - opened_at < self.review_near
        return opened_at + (min(due, self.review_soon) if near else due)

    def quiet(
        self, harm: Harm, severity: Severity, at: datetime, starts_at: datetime, *, on_duty: bool = False
    ) -> bool:
        """Must a text wait for the morning? At night only danger goes out, when it is critical or starts before
        `starts_before` of the coming morning (RUL-4). Whoever holds the duty roster is at work: `on_duty` hears of
        severe matters at any hour."""
        if not self.night.covers(at) or (on_duty and severity.at_least(self.night.on_duty)):
            return False
        if harm is not Harm.DANGER:
            return True
        return not (severity is Severity.CRITICAL or starts_at < self._morning_limit(at))

    def _morning_limit(self, at: datetime) -> datetime:
        return self.night.next_(self.night.starts_before, self.quiet_ends_at(at))

    def quiet_ends_at(self, at: datetime) -> datetime:
        """`at` itself by day, else the end of this night."""
        return self.night.next_(self.night.ends, at) if self.night.covers(at) else at

    def next_batch_at(self, at: datetime) -> datetime:
        """The next hour at which parties hear of closed cases, strictly after `at` (RUL-6)."""
        return min(self.night.next_(wall, at) for wall in self.batches)
