"""Organisations, people, how to reach them, who may sign in, who is on duty."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import Boolean, Column, ForeignKey, Integer, Select, String, Table, UniqueConstraint, or_, select
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from deconflict.store.base import Base, Code, Sealed, UTCDateTime, lookup_hash

if TYPE_CHECKING:
    from deconflict.store.doubts import Doubt


class Organisation(Base):
    """`side` is humanitarian, mission or ocha. `direct` says whether its teams are messaged directly or through its own
    relay (RUL-3); `mail_names_own` whether its mail may name the item of its own that it is about; `two_step` whether a focal
    point sends what others of it write."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    side: Mapped[str] = mapped_column(Code)
    kind: Mapped[str] = mapped_column(Code, default="ngo")
    default_level: Mapped[str | None] = mapped_column(Code)
    direct: Mapped[bool] = mapped_column(Boolean, default=True)
    mail_names_own: Mapped[bool] = mapped_column(Boolean, default=False)
    two_step: Mapped[bool] = mapped_column(Boolean, default=False)
    people: Mapped[list[Person]] = relationship(back_populates="organisation")


class Person(Base):
    """Somebody who can be told something. `function`: focal_point, alternate, security, team, desk, officer ... `scope` is
    the sector (mission) or area (OCHA) code, None for the whole country. `language` is that of pages and texts; `spoken` the one
    to be called in where the mission has recordings of it, "" for the same. `until_at`: when the contract ends, from when on nobody
    tells the person anything; `end_told_at`: when that was announced. `drilled`: takes part in drills.
    `retired_at`: when whoever answers for the organisation retired him, which may be taken back for a while; None for anybody else.
    `edition` rises with every change of the contacts, so that of two who change them at once one is told."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(8), default="fr")
    spoken: Mapped[str] = mapped_column(String(8), default="")
    function: Mapped[str] = mapped_column(Code, default="focal_point")
    scope: Mapped[str | None] = mapped_column(Code)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    drilled: Mapped[bool] = mapped_column(Boolean, default=False)
    until_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    end_told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    edition: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    organisation: Mapped[Organisation] = relationship(back_populates="people")
    contacts: Mapped[list[Contact]] = relationship(back_populates="person", order_by="Contact.position")
    account: Mapped[Account | None] = relationship(back_populates="person", foreign_keys="Account.person_id")

    @property
    def phones(self) -> list[Contact]:
        """What can be rung, in the order to try: what has failed comes last."""
        phones = [contact for contact in self.contacts if contact.carries != "email"]
        return sorted(phones, key=lambda phone: phone.unreachable_at is not None)

    @property
    def role_names(self) -> frozenset[str]:
        """Of the sign-in; none without one."""
        return frozenset(role.name for role in self.account.roles) if self.account is not None else frozenset()


class Contact(Base):
    """One number or address, in the order to try. `carries` is sms or email. The address is encrypted; `lookup` finds it by
    equality when a reply comes in. `verified_at`: when a code that was sent there came back; None for one that is unverified.
    `verified_how`: on the code_page, or read_back. `given_at`: when it was put in; None for what came with its person."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("person_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    carries: Mapped[str] = mapped_column(Code)
    address: Mapped[str] = mapped_column(Sealed)
    lookup: Mapped[str] = mapped_column(String(64), index=True)
    position: Mapped[int] = mapped_column(default=0)
    unreachable_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    given_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    verified_how: Mapped[str | None] = mapped_column(Code)
    person: Mapped[Person] = relationship(back_populates="contacts")
    doubt: Mapped[Doubt | None] = relationship(
        primaryjoin="foreign(Contact.lookup) == Doubt.lookup", viewonly=True, uselist=False, lazy="selectin"
    )

    @property
    def usable(self) -> bool:
        """Nothing is known against it: it has not failed, and nobody else answers there."""
        return self.unreachable_at is None and self.doubt is None


account_role = Table(
    "account_role",
    Base.metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """A role of D7 and RUL-26 by its code: cmcoord, focal_point, cimic ..."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str | None] = mapped_column(String(255))


class Account(Base, UserMixin):
    """A sign-in. Flask-Security's fields keep its names; who the person is stands in Person. `email` is encrypted, and opened only
    where it is used; `lookup` finds it (extensions.Accounts). `invitation` is what the link of
    the last invitation is signed over, None once it was used. `reset_asked_by_id` and `reset_asked_at`: an administrator who
    wants the second step cleared waits for another. `signed_in_at`: when it was last signed in with."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    email: Mapped[str] = mapped_column(Sealed, deferred=True)
    lookup: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(128))
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    invitation: Mapped[str | None] = mapped_column(String(64))
    invited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    joined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reset_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reset_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    signed_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    person: Mapped[Person] = relationship(back_populates="account", lazy="joined", foreign_keys=[person_id])
    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]  # UserMixin says list[RoleMixin]
        secondary=account_role, lazy="selectin"
    )

    @validates("email")
    def _found_by(self, _name: str, email: str) -> str:
        self.lookup = lookup_hash(email)
        return email


class Duty(Base):
    """Who stands on which step of OCHA's ladder for an area, in order. `until_at` None: until replaced."""

    __tablename__ = "duty"

    id: Mapped[int] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(Code, index=True)
    step: Mapped[str] = mapped_column(Code)
    position: Mapped[int] = mapped_column(Integer, default=0)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    person: Mapped[Person] = relationship(lazy="joined")


class Absence(Base):
    """Somebody is away from `from_at` until just before `until_at`: ladders pass him over."""

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until_at: Mapped[datetime] = mapped_column(UTCDateTime)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined")


def signing_in(
    names: Iterable[str], *, organisation_id: int | None = None, scopes: Collection[str] = ()
) -> Select[Person]:
    """Whoever signs in with one of these roles: of an organisation where one is given, and of the whole country or one of these scopes
    where any is given."""
    query = (
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .where(Account.active.is_(True), Account.joined_at.is_not(None), Person.active.is_(True))
        .where(Account.roles.any(Role.name.in_(list(names))))
        .order_by(Person.id)
    )
    if organisation_id is not None:
        query = query.where(Person.organisation_id == organisation_id)
    return query.where(or_(Person.scope.is_(None), Person.scope.in_(scopes))) if scopes else query
