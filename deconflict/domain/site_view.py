"""What is told of a static site beside what every item has. A part of the gate that disclosure.py is, apart because it grew; only
that asks it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from deconflict.domain.filing import StaticSite
from deconflict.domain.sites import SiteFacts


@dataclass(frozen=True, slots=True)
class SiteView:
    """What is told of a static site beside what every item has. `contact` and what the desk alone reads are None for others:
    `disputed`, and who took, verified or looked at it too. `seconded`: a second person of its owner has looked at the position.
    `occupied_at`, of what is his own or the desk's: when it was said last that armed people are in it, and since when nobody has said
    that they left."""

    filed: StaticSite
    contact: str | None
    verified_at: datetime | None
    verified_version: int | None
    heard_at: datetime | None
    method: str | None
    seconded: bool
    occupied_at: datetime | None = None
    disputed: bool | None = None
    verifier: str | None = None
    taker: str | None = None
    seconder: str | None = None


def view_of_site(filing: StaticSite, known: SiteFacts | None, *, own: bool, phone: bool, desk: bool) -> SiteView:
    """Its owner reads of it what he filed and when it was verified. That it may be the same as another's is the desk's alone: he
    would learn of the other (RUL-6). `known` None: it is only being written. `own`, `phone`, `desk`: whether the reader is
    of its owner, sees the number there, and is an officer."""
    bare = SiteView(
        filed=replace(filing, communications=None),
        contact=filing.communications if phone else None,
        verified_at=known.verified_at if known else None,
        verified_version=known.verified_version if known else None,
        heard_at=known.heard_at if known else None,
        method=known.method if known else None,
        seconded=known is not None and known.seconder is not None,
        occupied_at=known.occupied_at if known and (own or desk) else None,
    )
    if not desk or known is None:
        return bare
    return replace(bare, disputed=known.disputed, verifier=known.verifier, taker=known.taker, seconder=known.seconder)
