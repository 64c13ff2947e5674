"""Which SOP a process goes by: the version that was published last, or that of its files where none was. Each process looks before it
serves or judges, so a version comes into force without anybody starting anything again."""

from __future__ import annotations

from dataclasses import replace

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deconflict.domain.by_identity import ByIdentity
from deconflict.domain.country import Mission
from deconflict.domain.sop_text import WrongSop, digest
from deconflict.store.base import db
from deconflict.store.sop import SopState, endorsement_of, published, state_of

log = structlog.get_logger()
_known: ByIdentity[tuple[SopState, Mission]] = ByIdentity()  # by the profile as its files have it


def as_published(session: Session, mission: Mission) -> Mission:
    """The profile with the SOP in force; the same object until another comes into force. Where the published text does not fit the other
    files of this process, its own stays: old rules are better than none, `unfit` names the one that should be in force, and the log
    says why."""
    files, state = mission.files or mission, state_of(session)
    known = _known.get(files)
    same = known is not None and replace(known[0], proposer=0) == replace(state, proposer=0)
    found = known[1] if known is not None and same else _read(session, files, state.version_id)
    return _known.put(files, (state, found))[1]


def waits_for(mission: Mission, person_id: int) -> bool:
    """Whether a version waited for a signature that could be this person's when `as_published` looked last."""
    known = _known.get(mission.files or mission)
    return known is not None and known[0].proposer not in (0, person_id)


def last_read(mission: Mission) -> Mission:
    """What `as_published` said last, for whoever need not or cannot ask the database now."""
    known = _known.get(mission.files or mission)
    return known[1] if known is not None else mission


def rules_now(mission: Mission) -> Mission:
    """As `as_published`, in the session of whoever asks; what was read last where the database does not answer."""
    try:
        return as_published(db.session(), mission)
    except OperationalError:
        log.exception("which SOP is in force is not known")
        db.session.rollback()
        return last_read(mission)


def published_version() -> str:
    """The name of the version that was published last; empty where none was."""
    session = db.session()
    version_id = state_of(session).version_id
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
