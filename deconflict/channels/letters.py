"""The words of e-mails about somebody's access, from templates/letters/<language>/: the first line is the subject."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from string import Template

from deconflict.channels.texts import FALLBACK, Mail

FOLDER = Path(__file__).parents[2] / "templates" / "letters"


class Kind(StrEnum):
    """Every letter there is; the value is its file name. The first two go to whom they concern, the third to those who work with
    somebody new, NUMBER_DOUBTED to NUMBERS_CHANGED to whoever answers for an organisation (and the desk), those of drafts and convoys
    to focal points and whoever wrote them, those of close-outs to whoever filed a plan of the mission and to whoever answers for his
    desk, those of sites to their owner (and the desk), those of people who are kept and of what was entered for somebody to whoever
    answers for an organisation, the others to heads of office. Those of sites name none: a mailbox is read at checkpoints too."""

    NEW_LINK = "new_link"
    STEP_CLEARED = "step_cleared"
    PERSON_ADDED = "person_added"
    LINK_SENT = "link_sent"
    ACCOUNT_GIVEN = "account_given"
    ADDED_ELSEWHERE = "added_elsewhere"
    STEP_WATCHED = "step_watched"
    NUMBER_DOUBTED = "number_doubted"
    CONTRACT_ENDS = "contract_ends"
    NUMBER_STOPPED = "number_stopped"
    TELLING_CHANGED = "telling_changed"
    NUMBERS_CHANGED = "numbers_changed"
    CONVOY_CHANGED = "convoy_changed"
    CONVOY_CANCELLED = "convoy_cancelled"
    CONVOY_PARTED = "convoy_parted"
    DRAFT_WAITS = "draft_waits"
    DRAFT_STILL_WAITS = "draft_still_waits"
    DRAFT_RETURNED = "draft_returned"
    CLOSE_OUT_WAITS = "close_out_waits"
    CLOSE_OUT_LATE = "close_out_late"
    SITE_DUE = "site_due"
    SITE_STALE = "site_stale"
    SITE_ARCHIVED = "site_archived"
    PERSON_RETIRED = "person_retired"
    PERSON_RESTORED = "person_restored"
    CONTRACT_SET = "contract_set"
    ENTERED_FOR_YOU = "entered_for_you"
    PROCEDURE_WAITS = "procedure_waits"
    CONSULTATION_OPENED = "consultation_opened"
    CONSULTATION_REMINDER = "consultation_reminder"


def render_letter(kind: Kind, language: str, *, name: str, by: str, link: str, reference: str = "") -> Mail:
    """`name`: whose access it is; `by`: who acted; `reference`: of the
    file that it is about, where it is about one."""
    spoken = language if (FOLDER / language).is_dir() else FALLBACK
    text = (FOLDER / spoken / f"{kind}.txt").read_text(encoding="utf-8")
    subject, _, body = Template(text).substitute(name=name, by=by, link=link, reference=reference).partition("\n")
    return Mail(subject.strip(), body.strip() + "\n")
