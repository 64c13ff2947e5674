"""Organisations and people: add, invite, join, deactivate. Every verb leaves its trace and none shows content."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound, Refused, WrongState
from deconflict.domain.people import FUNCTIONS, Newcomer, password_problem
from deconflict.store import audit
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.people import Account, Contact, Organisation, Person, Role

INVITATION_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody was invited. `link` sets a password, once, until `expires_at`; None for a person who does not sign in."""

    person_id: int
    email: str | None
    language: str
    link: str | None = None
    expires_at: datetime | None = None


LinkFor = Callable[[str], str]  # invitation token -> address of the page that takes it


def add_organisation(by: Audience | None, *, name: str, side: str, kind: str, direct: bool, now: datetime) -> int:
    """Its id. Raises Refused when the name is taken. `by` None is the console."""
    with transaction() as session:
        if session.scalar(select(Organisation.id).where(func.lower(Organisation.name) == name.strip().lower())):
            raise Refused("There is an organisation of this name already.", field="name")
        organisation = Organisation(name=name.strip(), side=side, kind=kind, direct=direct)
        session.add(organisation)
        session.flush()
        detail = {"side": side, "kind": kind, "direct": direct}
        audit.record(session, _id(by), "add", "organisation", organisation.id, detail, at=now)
        return organisation.id


def invite(by: Audience | None, organisation_id: int, who: Newcomer, *, link_for: LinkFor, now: datetime) -> Invited:
    """A person, their addresses in order, and an account without password if they have roles. Raises NotFound, Refused."""
    with transaction() as session:
        organisation = session.get(Organisation, organisation_id)
        if organisation is None:
            raise NotFound
        _check(session, organisation.side, who)
        person = Person(
            organisation_id=organisation_id,
            name=who.name,
            language=who.language,
            function=who.function,
            scope=who.scope,
            contacts=_contacts(who),
        )
        session.add(person)
        if who.roles and who.email:
            person.account = Account(email=who.email, roles=_role_rows(session, who.roles), fs_uniquifier=uuid4().hex)
        session.flush()
        detail = {"function": who.function, "roles": sorted(who.roles), "scope": who.scope}
        audit.record(session, _id(by), "invite", "person", person.id, detail, at=now)
        return _announce(session, person, link_for, now)


def reinvite(by: Audience | None, person_id: int, *, link_for: LinkFor, now: datetime) -> Invited:
    """A new link for a forgotten password or a lost phone. The old password, second factor and sessions end at once."""
    with transaction() as session:
        person = _person(session, person_id)
        account = person.account
        if account is None or not person.active:
            raise WrongState("This person does not sign in, so there is nobody to invite again.")
        account.password = account.tf_primary_method = account.tf_totp_secret = account.mf_recovery_codes = None
        account.joined_at = None
        account.fs_uniquifier = uuid4().hex
        audit.record(session, _id(by), "reinvite", "person", person.id, at=now)
        return _announce(session, person, link_for, now)


def deactivate(by: Audience, person_id: int, *, now: datetime) -> None:
    """The person is told nothing more and every session ends. Rows stay: what was done keeps its author."""
    with transaction() as session:
        person = _person(session, person_id)
        if person.id == by.person_id:
            raise Refused("You cannot deactivate yourself: another administrator can.")
        person.active = False
        if person.account is not None:
            person.account.active = False
            person.account.fs_uniquifier = uuid4().hex
        audit.record(session, by.person_id, "deactivate", "person", person.id, at=now)


def join(token: str, *, password: str, hashed: Callable[[str], str], language: str, now: datetime) -> int:
    """Sets the password once; the account's id. Raises NotFound for a link that is wrong, used or too old, and Refused for
    a password that will not do."""
    with transaction() as session:
        account = _invited(session, token, now)
        person = account.person
        problem = password_problem(password, (person.name, person.organisation.name, account.email))
        if problem:
            raise Refused(problem, field="password")
        account.password = hashed(password)
        account.joined_at = now
        account.fs_uniquifier = uuid4().hex
        person.language = language
        audit.record(session, person.id, "join", "person", person.id, {"language": language}, at=now)
        return account.id


def invited(token: str, *, now: datetime) -> str:
    """Name of the person a link is for. Raises NotFound as `join` does."""
    return _invited(db.session, token, now).person.name  # type: ignore[arg-type]  # scoped_session offers Session's methods


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


def _check(session: Session, side: str, who: Newcomer) -> None:
    if who.function not in FUNCTIONS[side]:
        raise Refused("This function belongs to another kind of organisation.", field="function")
    if any(roles.SIDE_OF.get(code) != side for code in who.roles):
        raise Refused("This role belongs to another kind of organisation.", field="roles")
    if who.roles and not who.email:
        raise Refused("Whoever signs in needs an e-mail address.", field="email")
    if who.email and session.scalar(select(Account.id).where(Account.email == who.email)):
        raise Refused("Somebody signs in with this e-mail address already.", field="email")


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
    account = person.account
    told = Invited(person.id, account.email if account else None, person.language)
    if account is not None:
        account.invited_at = now
        session.flush()
        told = Invited(person.id, account.email, person.language, link_for(_token(account)), now + INVITATION_LIFE)
    return told


def _token(account: Account) -> str:
    """Signed over what changes as soon as it is used: no list of spent links is needed, and nothing to decrypt."""
    assert account.invited_at is not None
    return f"{account.id}.{lookup_hash(f'invitation:{account.fs_uniquifier}:{account.invited_at.timestamp():.6f}')}"


def _invited(session: Session, token: str, now: datetime) -> Account:
    number = token.partition(".")[0]
    account = session.get(Account, int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    usable = (
        account is not None
        and account.active
        and account.joined_at is None
        and account.invited_at is not None
        and now <= account.invited_at + INVITATION_LIFE
        and hmac.compare_digest(_token(account).encode(), token.encode())
    )
    if account is None or not usable:
        raise NotFound
    return account
