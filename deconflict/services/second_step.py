"""A phone lost with its recovery codes: two administrators clear somebody's second step, the one asks and the other does it,
since whoever could do it alone would need only a password to be somebody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from deconflict.channels.letters import Kind
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound, Refused, WrongState
from deconflict.domain.msgid import N_
from deconflict.services.letters import tell_heads
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.letters import queue_letter
from deconflict.store.people import Account, Person

ASK_LIFE = timedelta(days=1)


def clear(account: Account) -> None:
    """Without a second step, and without codes in its place."""
    account.tf_primary_method = account.tf_totp_secret = account.mf_recovery_codes = None
    account.reset_asked_by_id = account.reset_asked_at = None


def waits_for_another(asked_at: datetime | None, now: datetime) -> bool:
    """Whether an administrator has asked, less than a day ago."""
    return asked_at is not None and now - asked_at < ASK_LIFE


def clear_second_step(by: Audience, person_id: int, now: datetime) -> bool:
    """Asks, or does what another administrator has asked: then True. The person and heads of office are told, sessions end.
    Raises WrongState where there is none, Refused for whoever asked himself or would clear his own."""
    with transaction() as session:
        person = session.get(Person, person_id, with_for_update={"of": Person})
        if person is None:
            raise NotFound
        account = person.account
        if account is None or account.tf_primary_method is None or not person.active:
            raise WrongState(N_("This person has no second step, so there is nothing to clear."))
        if person.id == by.person_id:
            raise Refused(N_("You cannot clear your own second step: other administrators can."))
        if not waits_for_another(account.reset_asked_at, now):
            account.reset_asked_by_id, account.reset_asked_at = by.person_id, now
            record(session, by.person_id, "ask_clear_step", "person", person.id, at=now)
            return False
        if account.reset_asked_by_id == by.person_id:
            raise Refused(N_("Another administrator is needed: you asked for it yourself."))
        clear(account)
        account.fs_uniquifier = uuid4().hex
        record(session, by.person_id, "clear_step", "person", person.id, at=now)
        queue_letter(session, Kind.STEP_CLEARED, person, person, by.person_id, now)
        tell_heads(session, Kind.STEP_WATCHED, person, by, now)
        return True
