"""Organisations and people: add, invite, join, deactivate. Every verb leaves its trace and none shows content."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound, Refused, WrongState
from deconflict.domain.other_forces import REFUSED, refuse_force
from deconflict.domain.people import FUNCTIONS, SIDES, Newcomer, password_problem
from deconflict.domain.withheld import refuse_withheld
from deconflict.services.invitations import INVITATION_LIFE, begin, invited_account, token_of
from deconflict.services.leaving import shut
from deconflict.services.letters import tell_heads, tell_of_newcomer
from deconflict.services.second_step import clear
from deconflict.services.trials import try_new_numbers
from deconflict.store import audit
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.letters import queue_letter
from deconflict.store.people import Account, Contact, Organisation, Person, Role


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody was invited. `link` sets a password, once, until `expires_at`. Without one, but with `expires_at`, it went by
    mail to the person alone; without both, the person does not sign in. `told`: how many hear of somebody new, None when it is
    nobody new."""

    person_id: int
    email: str | None
    language: str
    link: str | None = None
    expires_at: datetime | None = None
    told: int | None = None


LinkFor = Callable[[str], str]  # invitation token -> address of the page that takes it


def add_organisation(by: Audience | None, *, name: str, side: str, kind: str, direct: bool, now: datetime) -> int:
    """Its id. Raises Refused when the name is taken, and for a force that has no account here. `by` None is the console."""
    refuse_force(name)
    if side not in SIDES:
        raise Refused(REFUSED, field="side")
    with transaction() as session:
        _check_name(name, side)
        if session.scalar(select(Organisation.id).where(func.lower(Organisation.name) == name.strip().lower())):
            raise Refused("There is an organisation of this name already. Give another name.", field="name")
        organisation = Organisation(name=name.strip(), side=side, kind=kind, direct=direct)
        session.add(organisation)
        session.flush()
        detail = {"side": side, "kind": kind, "direct": direct}
        audit.record(session, _id(by), "add", "organisation", organisation.id, detail, at=now)
        return organisation.id


def invite(by: Audience | None, organisation_id: int, who: Newcomer, *, link_for: LinkFor, now: datetime) -> Invited:
    """A person, their addresses in order, and an account without password if they have roles. Whoever works there is told.
    Raises NotFound, Refused."""
    with transaction() as session:
        organisation = session.get(Organisation, organisation_id)
        if organisation is None:
            raise NotFound
        return added(session, organisation, who, by, link_for, now)


def added(
    session: Session, organisation: Organisation, who: Newcomer, by: Audience | None, link_for: LinkFor, now: datetime
) -> Invited:
    """As `invite`, inside the caller's transaction."""
    _check(session, organisation.side, who)
    person = Person(
        organisation_id=organisation.id,
        name=who.name,
        language=who.language,
        spoken=who.spoken,
        function=who.function,
        scope=who.scope,
        contacts=_contacts(who),
        until_at=who.until_at,
    )
    session.add(person)
    if who.roles and who.email:
        person.account = Account(email=who.email, roles=_role_rows(session, who.roles), fs_uniquifier=uuid4().hex)
    session.flush()
    detail = {"function": who.function, "roles": sorted(who.roles), "scope": who.scope}
    if who.until_at is not None:
        detail["until"] = who.until_at.isoformat()
    audit.record(session, _id(by), "invite", "person", person.id, detail, at=now)
    if by is not None:  # the console's people are tried from the page of numbers
        try_new_numbers(session, person, now)
    told = tell_of_newcomer(session, person, by, now)
    return replace(_announce(session, person, link_for, now), told=told)


def reinvite(
    by: Audience | None, person_id: int, *, link_for: LinkFor, now: datetime, handed_over: bool = True
) -> Invited:
    """A new link for a forgotten password, or for one that is over. Sessions end at once.

    Of somebody who has joined, an administrator gets nothing into his hands: the link goes to the address on file, heads of
    office hear of it, the second step stays, and so does the password until the link is used; likewise of anybody where it is not to be
    `handed_over`. The console clears all."""
    with transaction() as session:
        person = _person(session, person_id)
        account = person.account
        if account is None or not person.active:
            raise WrongState("This person does not sign in, so there is nobody to invite again.")
        account.fs_uniquifier = uuid4().hex
        audit.record(session, _id(by), "reinvite", "person", person.id, at=now)
        if by is not None and (account.joined_at is not None or not handed_over):
            return _posted(session, person, by, now)
        account.password = account.joined_at = None
        clear(account)
        return _announce(session, person, link_for, now)


def deactivate(by: Audience, person_id: int, *, now: datetime) -> None:
    """The person is told nothing more and every session ends. Rows stay: what was done keeps its author."""
    with transaction() as session:
        person = _person(session, person_id)
        if person.id == by.person_id:
            raise Refused("You cannot deactivate yourself: another administrator can.")
        shut(session, person, now)
        person.retired_at = None  # nobody of the organisation takes this back
        audit.record(session, by.person_id, "deactivate", "person", person.id, at=now)


def signed_in(account_id: int, now: datetime) -> None:
    """Somebody came in by the form. The row itself says when."""
    with transaction() as session:
        account = session.get(Account, account_id)
        if account is not None:
            account.signed_in_at = now


def join(token: str, *, password: str, hashed: Callable[[str], str], language: str, now: datetime) -> int:
    """Sets the password once; the account's id. Raises NotFound for a link that is wrong, used or too old, and Refused for
    a password that will not do."""
    with transaction() as session:
        account = invited_account(session, token, now)
        person = account.person
        problem = password_problem(password, (person.name, person.organisation.name, account.email))
        if problem:
            raise Refused(problem, field="password")
        account.password = hashed(password)
        account.invitation = None
        account.joined_at = account.joined_at or now
        account.fs_uniquifier = uuid4().hex
        person.language = language
        audit.record(session, person.id, "join", "person", person.id, {"language": language}, at=now)
        return account.id


def invited(token: str, *, now: datetime) -> str:
    """Name of the person a link is for. Raises NotFound as `join` does."""
    return invited_account(db.session, token, now).person.name  # type: ignore[arg-type]  # scoped_session offers Session's methods


def sign_out(by: Audience, *, now: datetime) -> None:
    """Ends every session of the account: whoever signs out on one machine may have left another open."""
    with transaction() as session:
        account = _person(session, by.person_id).account
        if account is not None:
            account.fs_uniquifier = uuid4().hex
            audit.record(session, by.person_id, "sign_out", "person", by.person_id, at=now)


def choose_language(by: Audience, language: str, *, now: datetime) -> None:
    """Of pages and of messages from now on."""
    with transaction() as session:
        _person(session, by.person_id).language = language
        audit.record(session, by.person_id, "choose_language", "person", by.person_id, {"language": language}, at=now)


def _id(by: Audience | None) -> int | None:
    return by.person_id if by else None


def _person(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person


def _check_name(name: str, side: str) -> None:
    """Of the mission's people and desks: a directory is no order of battle (D3.4)."""
    if side == Side.MISSION:
        refuse_withheld(name, "name")


def _check(session: Session, side: str, who: Newcomer) -> None:
    _check_name(who.name, side)
    if who.function not in FUNCTIONS[side]:
        raise Refused("This function belongs to another kind of organisation. Choose another one.", field="function")
    if any(roles.SIDE_OF.get(code) != side for code in who.roles):
        raise Refused("This role belongs to another kind of organisation. Choose another one.", field="roles")
    if not roles.may_be_combined(who.roles):
        raise Refused(
            "A cluster coordinator reads where others bring aid, and so does not notify: choose one.", field="roles"
        )
    if who.roles and not who.email:
        raise Refused("Whoever signs in needs an e-mail address: give one.", field="email")
    if who.email and session.scalar(select(Account.id).where(Account.lookup == lookup_hash(who.email))):
        raise Refused("Somebody signs in with this e-mail address already. Give another.", field="email")


def _contacts(who: Newcomer) -> list[Contact]:
    addresses = [("sms", phone) for phone in who.phones] + ([("email", who.email)] if who.email else [])
    return [
        Contact(carries=carries, address=address, lookup=lookup_hash(address), position=position)
        for position, (carries, address) in enumerate(addresses)
    ]


def _role_rows(session: Session, codes: Iterable[str]) -> list[Role]:
    wanted = sorted(codes)
    known = {role.name: role for role in session.scalars(select(Role).where(Role.name.in_(wanted)))}
    return [known.get(code) or Role(name=code) for code in wanted]


def _announce(session: Session, person: Person, link_for: LinkFor, now: datetime) -> Invited:
    """The link to whoever asked, to be handed over."""
    account = person.account
    if account is None:
        return Invited(person.id, None, person.language)
    begin(account, now)
    session.flush()
    link = link_for(token_of(account) or "")
    return Invited(person.id, account.email, person.language, link, now + INVITATION_LIFE)


def _posted(session: Session, person: Person, by: Audience, now: datetime) -> Invited:
    """The link to the address on file, and to nobody else."""
    assert person.account is not None
    begin(person.account, now)
    queue_letter(session, Kind.NEW_LINK, person, person, by.person_id, now)
    tell_heads(session, Kind.LINK_SENT, person, by, now)
    return Invited(person.id, person.account.email, person.language, expires_at=now + INVITATION_LIFE)
