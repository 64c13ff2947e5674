"""Why a case says what it says, computed again: for whoever doubts the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound
from deconflict.domain.judgement import Judgement
from deconflict.matching.in_force import Basis, basis_of
from deconflict.matching.recompute import as_amended, differences, recompute
from deconflict.services.cases import is_sensitive_case
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.cases import Case, CaseEvent

SHELL = "shell"
MOVES = ("open", "change", "soften", "refresh", "reopen", "vanish", "overtake", "lapse", "fail")


@dataclass(frozen=True, slots=True)
class ItemVersions:
    """One item of a case: the version it was judged at and the current one."""

    side: str
    judged: int
    current: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A move of the case that the engine made: event and causes as codes, and the versions it rested on, 0 for none."""

    at: datetime
    event: str
    causes: tuple[str, ...]
    severity: str
    versions: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`stored` None: the case is about an item that could not be checked. `trouble`: why it cannot be computed again.
    `sensitive`: nothing of its hours may be told outside the desk. `basis` is what it was judged with, `now` what this
    process has. `moved`: an item has another version than the one that was judged; `amended` is what the current ones would
    have given then, or `unreadable` why they give nothing."""

    reference: str
    state: str
    round: int
    sensitive: bool
    items: tuple[ItemVersions, ...]
    judged_at: datetime | None
    basis: Basis
    now: Basis
    stored: Judgement | None
    trouble: str
    differences: tuple[str, ...]
    history: tuple[Moved, ...]
    moved: bool
    amended: Judgement | None
    unreadable: str


def explain(typed: str, mission: Mission, now: datetime) -> Explanation:
    """The case under any of its references, or under its id. Written into the audit trail before anything is told. Raises
    NotFound."""
    with transaction() as session:
        case = _case(session, typed)
        record(session, None, "explain", "case", case.id, {"door": SHELL, "round": case.round}, at=now)
        return _explained(session, case, mission)


def _case(session: Session, typed: str) -> Case:
    code = typed.strip().upper()
    named = or_(Case.reference == code, Case.humanitarian_reference == code, Case.mission_reference == code)
    case = session.scalars(select(Case).where(named)).first()
    if case is None and code.isdigit():
        case = session.get(Case, int(code))
    if case is None:
        raise NotFound
    return case


def _explained(session: Session, case: Case, mission: Mission) -> Explanation:
    stored = Judgement.from_json(case.judgement) if case.judgement else None
    sensitive = case.eyes_only or is_sensitive_case(session, case, mission.catalogue)
    source = case.judged_from
    versions = source.get("versions", [case.humanitarian_version, case.mission_version])
    sides = zip(("humanitarian", "mission"), (case.humanitarian, case.mission), versions, strict=True)
    items = tuple(ItemVersions(side, seen, item.version) for side, item, seen in sides if item is not None)
    moved = any(item.judged != item.current for item in items)
    again, trouble = _tried(lambda: recompute(session, mission, case)) if stored else (None, "")
    amended, unreadable = _tried(lambda: as_amended(session, mission, case)) if moved else (None, "")
    return Explanation(
        reference=case.reference,
        state=case.state,
        round=case.round,
        sensitive=sensitive,
        items=items,
        judged_at=datetime.fromisoformat(source["at"]) if "at" in source else None,
        basis=Basis(*(source.get(name, getattr(case, name)) for name in ("sop_version", "gazetteer", "profile"))),
        now=basis_of(mission),
        stored=stored,
        trouble=trouble,
        differences=tuple(differences(stored, again, bare=sensitive)) if stored and not trouble else (),
        history=tuple(_moves(session, case)),
        moved=moved,
        amended=amended,
        unreadable=unreadable,
    )


def _tried(judge: Callable[[], Judgement | None]) -> tuple[Judgement | None, str]:
    """What it gives, or why it gives nothing."""
    try:
        return judge(), ""
    except (ValueError, KeyError, TypeError, LookupError) as error:
        return None, type(error).__name__


def _moves(session: Session, case: Case) -> Iterator[Moved]:
    """Those of the engine: what people did is for the desk."""
    mine = (CaseEvent.case_id == case.id, CaseEvent.event.in_(MOVES), CaseEvent.actor_id.is_(None))
    for event in session.scalars(select(CaseEvent).where(*mine).order_by(CaseEvent.id)):
        versions = (event.humanitarian_version, event.mission_version)
        yield Moved(event.at, event.event, tuple(event.code.split()), event.severity, versions)
