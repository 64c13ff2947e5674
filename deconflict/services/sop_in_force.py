"""Which SOP a process goes by: the version that was published last, or that of its files where none was. Each process looks before it
serves or judges, so a version comes into force without anybody starting anything again."""

from __future__ import annotations

from dataclasses import replace

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.sop_text import WrongSop, digest
from deconflict.store.base import db
from deconflict.store.sop import endorsement_of, published, state_of

log = structlog.get_logger()
State = tuple[int, int]
KNOWN_AT_ONCE = 8
_known: dict[
    int, tuple[Mission, State, Mission]
] = {}  # by the identity of the profile, which is kept so that no other takes it


def as_published(session: Session, mission: Mission) -> Mission:
    """The profile with the SOP in force; the same object until another comes into force. Where the published text does not fit the other
    files of this process, its own stays: old rules are better than none, `unfit` names the one that should be in force, and the log
    says why."""
    files, state = mission.files or mission, state_of(session)
    known = _known.get(id(files))
    if known is None or known[1] != state:
        known = files, state, _read(session, files, state[0])
        while len(_known) >= KNOWN_AT_ONCE:
            del _known[next(iter(_known))]
        _known[id(files)] = known
    return known[2]


def rules_now(mission: Mission) -> Mission:
    """As `as_published`, in the session of whoever asks, which is as it was; what was read last where the database does not answer."""
    try:
        found = as_published(db.session(), mission)
    except OperationalError:
        log.exception("which SOP is in force is not known")
        known = _known.get(id(mission.files or mission))
        found = known[2] if known is not None else mission
    db.session.rollback()
    return found


def published_version() -> str:
    """The name of the version that was published last; empty where none was."""
    session = db.session()
    version_id, _mark = state_of(session)
    name = published(session, version_id)[0] if version_id else ""
    session.rollback()
    return name


def _read(session: Session, files: Mission, version_id: int) -> Mission:
    if not version_id or files.read_sop is None:
        endorsed = files.endorsed or endorsement_of(session, digest(files.sop_text)) is not None
        return files if endorsed == files.endorsed else replace(files, endorsed=endorsed, files=files)
    name, text = published(session, version_id)
    try:
        pack = files.read_sop(text)
    except WrongSop as error:
        log.error("the published SOP does not fit the profile's files", version=version_id, problems=error.problems)
        return replace(files, unfit=name, files=files)
    endorsed = endorsement_of(session, digest(text)) is not None
    return replace(files, pack=pack, sop_text=text, sop_id=version_id, endorsed=endorsed, files=files)
