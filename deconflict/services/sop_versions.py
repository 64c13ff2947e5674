"""A new version of the SOP, from its first draft to the second signature (RUL-27). Each step says by its digest which text somebody was
looking at: whoever signs signs that text, and no later one."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.sop import RulePack
from deconflict.domain.sop_text import digest
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.cases import Case
from deconflict.store.moves import LOST
from deconflict.store.sop import (
    DRAFT,
    LAPSED,
    PUBLISHED,
    UNDECIDED,
    WAITING,
    WITHDRAWN,
    SopVersion,
    state_of,
)
from deconflict.store.work import lock_matcher

WRITERS = roles.FILERS_OCHA  # who may see every case that it would open; a head of a sub-office may not (R10)
WAITS = timedelta(days=14)  # a version that nobody signs lapses: what it was weighed against has moved on
FRESH = timedelta(hours=1)  # of the effect that is signed for: what is filed changes by the hour
PROBLEMS = "problems"  # of an effect that could not be worked out, instead of its counts
DRAFTS = 5  # of one person at a time
LONGEST = 200_000  # characters of a text: ten times what a country needs


def write(version_id: int | None, seen: str, text: str, by: Audience, mission: Mission, now: datetime) -> int:
    """Begins a draft, or writes on the one that whoever wrote it saw with the digest `seen`; returns its id. Raises WrongSop for a text
    that no rules can be made of, Refused for a name that another version has."""
    may(by, WRITERS)
    if len(text) > LONGEST:
        raise Refused(N_("The file is too long for an SOP. Take out what is none of it."), field="file")
    pack = _read(text, mission)
    _check_reasons(pack, by, mission)
    with transaction() as session:
        version = _locked(session, version_id, seen, DRAFT) if version_id is not None else None
        if pack.version in _names(session, mission, version_id):
            raise Refused(N_("Another version has this name. Give this one a name of its own."), field="version")
        if version is None:
            _not_too_many(session, by)
            version = SopVersion(state=DRAFT, based_on=digest(mission.sop_text))
            session.add(version)
        version.made_by_id, version.made_at = by.person_id, now
        version.text, version.digest, version.version = text, digest(text), pack.version
        version.effect, version.effect_at = None, None
        session.flush()
        _trace(session, by, "sop_write", version, now)
        return version.id


def propose(
    version_id: int, seen: str, effect: str, reason: str, by: Audience, mission: Mission, now: datetime
) -> None:
    """A head stands for it, with the reason; it waits for somebody else's signature. `effect` names the one that he read. Raises Refused
    without a reason, without a look at its effect, or where it is what is in force already."""
    may(by, {roles.OCHA_HEAD})
    check_words(reason, by, "reason")
    if not reason.strip():
        raise Refused(N_("Say in a few words what it changes and why: whoever signs reads it."), field="reason")
    with transaction() as session:
        version = _locked(session, version_id, seen, DRAFT)
        if version.digest == digest(mission.sop_text):
            raise Refused(N_("It is what is in force already. Change a figure first."))
        _newest_base(session, version, mission)
        _effect_is_known(version, effect, mission, now)
        version.state, version.reason = WAITING, reason.strip()[:1000]
        version.proposed_by_id, version.proposed_at = by.person_id, now
        _trace(session, by, "sop_propose", version, now)


def sign(version_id: int, seen: str, effect: str, by: Audience, mission: Mission, now: datetime) -> None:
    """The second signature, of another person: it is in force from now on, in every process that runs. `effect` names the one that he
    read. Raises NotFound for whoever may not, Refused for who proposed it, and where its effect was worked out long ago."""
    may(by, WRITERS)
    with transaction() as session:
        lock_matcher(session)  # of two that are signed in the same second the second reads that the first is in force
        version = _locked(session, version_id, seen, WAITING)
        if version.proposed_by_id == by.person_id:
            raise Refused(N_("You proposed it. Ask a colleague to read and sign it: two people answer for the rules."))
        _newest_base(session, version, mission)
        _effect_is_known(version, effect, mission, now)
        version.state, version.signed_by_id, version.ended_at = PUBLISHED, by.person_id, now
        version.effect = None  # of what was filed at that hour; the history of each case says what became of it
        _trace(session, by, "sop_publish", version, now)


def back_to_draft(version_id: int, seen: str, by: Audience, now: datetime) -> None:
    """Something is to be mended before it is signed: it waits for nobody any more, and whoever proposes it does so again."""
    may(by, WRITERS)
    with transaction() as session:
        version = _locked(session, version_id, seen, WAITING)
        version.state, version.proposed_by_id, version.proposed_at = DRAFT, None, None
        _trace(session, by, "sop_back", version, now)


def withdraw(version_id: int, seen: str, by: Audience, now: datetime) -> None:
    """By anybody who may write one; nothing of it was in force."""
    may(by, WRITERS)
    with transaction() as session:
        version = _locked(session, version_id, seen, *UNDECIDED)
        _end(version, WITHDRAWN, now)
        _trace(session, by, "sop_withdraw", version, now)


def work_out_again(version_id: int, seen: str, by: Audience, now: datetime) -> None:
    """What is filed changes by the hour: the scheduler counts anew."""
    may(by, WRITERS)
    with transaction() as session:
        version = _locked(session, version_id, seen, *UNDECIDED)
        version.effect, version.effect_at = None, None
        _trace(session, by, "sop_work_out", version, now)


def lapse_old(now: datetime) -> int:
    """Versions that nobody decided on for long. Returns how many."""
    with transaction() as session:
        old = select(SopVersion).where(SopVersion.state.in_(UNDECIDED), SopVersion.made_at <= now - WAITS)
        found = session.scalars(old.with_for_update(of=SopVersion)).all()
        for version in found:
            if (version.proposed_at or version.made_at) <= now - WAITS:
                _end(version, LAPSED, now)
                record(session, None, "sop_lapse", "sop", version.id, {"digest": version.digest}, at=now)
        return len(found)


def effect_key(version: SopVersion, mission: Mission) -> str:
    """What an effect was worked out of: the text in force and this one."""
    return f"{digest(mission.sop_text)}:{version.digest}"


def effect_mark(version: SopVersion) -> str:
    """Names the effect that somebody read."""
    return version.effect_at.isoformat() if version.effect_at is not None else ""


# ---- what all of them ask ----------------------------------------------------------------------------------------------


def may(by: Audience, which: frozenset[str] | set[str]) -> None:
    if not by.may(*which):
        raise NotFound


def _read(text: str, mission: Mission) -> RulePack:
    if mission.read_sop is None:
        raise NotFound
    pack = mission.read_sop(text)
    if pack.endorsed:
        raise Refused(
            N_('A text does not endorse itself. Write status = "proposed_defaults_not_endorsed" in it.'), field="file"
        )
    return pack


def _check_reasons(pack: RulePack, by: Audience, mission: Mission) -> None:
    """What no text may hold is in no new reason of a rule either."""
    known = {words for rule in (*mission.pack.rules, *mission.pack.duplicates) for words in rule.why.values()}
    for rule in (*pack.rules, *pack.duplicates):
        for words in rule.why.values():
            if words not in known:
                check_words(words, by, "file")


def _not_too_many(session: Session, by: Audience) -> None:
    mine = select(func.count()).where(SopVersion.made_by_id == by.person_id, SopVersion.state == DRAFT)
    if (session.scalar(mine) or 0) >= DRAFTS:
        raise Refused(N_("You have begun several already. Take one of them back, or go on with it."), field="version")


def _names(session: Session, mission: Mission, but: int | None) -> set[str]:
    """Of the versions of the files and in force, of every one that was not given up, and of those that cases were judged by."""
    rows = session.execute(
        select(SopVersion.id, SopVersion.version).where(SopVersion.state.in_((*UNDECIDED, PUBLISHED)))
    )
    files = mission.files or mission
    judged = session.scalars(select(Case.sop_version).distinct())
    return {mission.pack.version, files.pack.version, *judged} | {name for id, name in rows if id != but}


def _locked(session: Session, version_id: int | None, seen: str, *states: str) -> SopVersion:
    """As whoever acts saw it. Raises LostRace where somebody has written on it or decided meanwhile."""
    version = session.get(SopVersion, version_id, with_for_update={"of": SopVersion}) if version_id else None
    if version is None:
        raise NotFound
    if version.state not in states or version.digest != seen:
        raise LostRace(LOST)
    return version


def is_current(session: Session, mission: Mission) -> bool:
    """Whether `mission` is what is in force at this moment, and not what was when the page was asked for."""
    return state_of(session).version_id == mission.sop_id


def _newest_base(session: Session, version: SopVersion, mission: Mission) -> None:
    if version.based_on != digest(mission.sop_text) or not is_current(session, mission):
        raise WrongState(
            N_("Another version has come into force since this one was begun. Take this one back and begin from that.")
        )


def _effect_is_known(version: SopVersion, read: str, mission: Mission, now: datetime) -> None:
    """Whoever acts has read the one that stands there, which is of this text and not old."""
    at = version.effect_at
    known = at is not None and version.effect_of == effect_key(version, mission) and now - FRESH <= at <= now
    if not known or PROBLEMS in (version.effect or {}) or read != effect_mark(version):
        raise Refused(N_("Have its effect worked out first, and read it: what is filed has changed since."))


def _end(version: SopVersion, state: str, now: datetime) -> None:
    version.state, version.ended_at, version.effect = state, now, None


def _trace(session: Session, by: Audience, verb: str, version: SopVersion, now: datetime) -> None:
    record(session, by.person_id, verb, "sop", version.id, {"digest": version.digest, "state": version.state}, at=now)
