"""For whom something is written down, and for which movement: one's own organisation, or the one that an officer names."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.desk import view_of_desk_item
from deconflict.domain.disclosure import owns
from deconflict.domain.errors import Refused
from deconflict.domain.msgid import N_
from deconflict.store.desk import known_items
from deconflict.store.items import Item
from deconflict.store.people import Organisation
from deconflict.store.queries import filing_of, is_sensitive, version_of


@dataclass(frozen=True, slots=True)
class Whose:
    """`sensitive`: what the movement does is."""

    owner_id: int
    item: Item | None = None
    sensitive: bool = False

    @property
    def item_id(self) -> int | None:
        return self.item.id if self.item is not None else None


def for_whom(
    session: Session, by: Audience, mission: Mission, *, notice: str, organisation_id: int | None, owner_id: int | None
) -> Whose:
    """`notice`: the reference of the movement, empty without one; `organisation_id`: as an officer chose; `owner_id`: whose it is already.
    Raises Refused at `notice` or `organisation`."""
    own = by.organisation_id if by.may(*roles.FILERS_HUMANITARIAN) else owner_id or organisation_id
    if notice:
        item = _notice(session, notice, by, mission)
        if own is not None and item.owner_id != own:
            raise Refused(N_("This movement is of another organisation. Correct one of the two."), field="notice")
        return Whose(item.owner_id, item, _is_sensitive(session, item, mission))
    organisation = session.get(Organisation, own) if own is not None else None
    if organisation is None or organisation.side != Side.HUMANITARIAN:
        sentence = N_("Choose for which organisation this is, or give the reference of its movement.")
        raise Refused(sentence, field="organisation")
    return Whose(organisation.id)


def _notice(session: Session, reference: str, by: Audience, mission: Mission) -> Item:
    """A movement notice that exists for whoever names it; missing and foreign are told alike."""
    item = session.scalars(select(Item).where(Item.reference == reference.strip().upper())).first()
    is_notice = item is not None and item.side == Side.HUMANITARIAN and item.site is None
    if item is not None and is_notice and _exists(session, item, by, mission):
        return item
    raise Refused(
        N_("There is no movement notice under this reference, or it is not yours. Look at its page and copy it."),
        field="notice",
    )


def _exists(session: Session, item: Item, by: Audience, mission: Mission) -> bool:
    own = owns(by, item.side, item.owner_id, item.sector)
    return own or (by.is_officer and on_desk(session, item, by, mission))


def _is_sensitive(session: Session, item: Item, mission: Mission) -> bool:
    """One that cannot be read is treated as if it were."""
    try:
        return is_sensitive(filing_of(version_of(session, item)), mission.catalogue)
    except (ValueError, KeyError, TypeError):
        return True


def on_desk(session: Session, item: Item, by: Audience, mission: Mission) -> bool:
    """Whether it exists for this officer."""
    return view_of_desk_item(known_items(session, [item], mission.catalogue)[0], by) is not None
