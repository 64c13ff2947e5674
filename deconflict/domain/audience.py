"""Somebody who looks: who, for whom, with which roles. Every disclosure decision starts from one."""

from __future__ import annotations

from dataclasses import dataclass

from deconflict.domain import roles


@dataclass(frozen=True, slots=True)
class Audience:
    """`side` is humanitarian, mission or ocha; `scope` a sector or area code, None for the whole country."""

    person_id: int
    organisation_id: int
    side: str
    roles: frozenset[str]
    scope: str | None = None
    language: str = "fr"

    @property
    def is_officer(self) -> bool:
        return self.side == "ocha" and bool(self.roles & roles.OFFICERS)

    @property
    def sector(self) -> str | None:
        """The one that a mission account works for; at OCHA a scope is an area of the desk, which narrows no reading."""
        return self.scope if self.side == "mission" else None

    def may(self, *wanted: str) -> bool:
        return bool(self.roles & set(wanted))
