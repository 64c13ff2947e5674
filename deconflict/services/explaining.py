"""Why a case says what it says, computed again: for whoever doubts the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound
from deconflict.domain.judgement import Judgement
from deconflict.matching.in_force import Basis, basis_of
from deconflict.matching.recompute import differences, recompute
from deconflict.services.cases import is_sensitive_case
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.cases import Case

SHELL = "shell"


@dataclass(frozen=True, slots=True)
class ItemVersions:
    """One item of a case: the version it was judged at and the current one."""

    side: str
    judged: int
    current: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """`stored` None: the case is about an item that could not be checked. `trouble`: why it cannot be computed again.
    `sensitive`: nothing of its hours may be told outside the desk. `basis` is what it was judged with, `now` what this
    process has."""

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
    trouble, found = "", list[str]()
    if stored is not None:
        try:
            found = differences(stored, recompute(session, mission, case), bare=sensitive)
        except (ValueError, KeyError, TypeError, LookupError) as error:
            trouble = type(error).__name__
    source = case.judged_from
    versions = source.get("versions", [case.humanitarian_version, case.mission_version])
    sides = zip(("humanitarian", "mission"), (case.humanitarian, case.mission), versions, strict=True)
    return Explanation(
        reference=case.reference,
        state=case.state,
        round=case.round,
        sensitive=sensitive,
        items=tuple(ItemVersions(side, seen, item.version) for side, item, seen in sides if item is not None),
        judged_at=datetime.fromisoformat(source["at"]) if source else None,
        basis=Basis(*(source.get(name, getattr(case, name)) for name in ("sop_version", "gazetteer", "profile"))),
        now=basis_of(mission),
        stored=stored,
        trouble=trouble,
        differences=tuple(found),
    )
