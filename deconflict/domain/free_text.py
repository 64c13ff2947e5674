"""What is never stored, refused wherever somebody writes in his own words: of armed forces (D3.4) from whoever plans for them or writes
about them, of a team (D1.5) from whoever notifies. What is not stored cannot leak."""

from __future__ import annotations

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.errors import Refused
from deconflict.domain.ocha_areas import OCHA
from deconflict.domain.unwanted import unwanted_in
from deconflict.domain.withheld import refuse_withheld


def check_words(text: str, by: Audience, field: str = "reason") -> None:
    """Raises Refused at `field`, with the words that say it. A scribe is somebody of OCHA who writes for a notifying organisation: both
    tables hold for him."""
    if by.side in (Side.MISSION, OCHA) or by.may(roles.SCRIBE):
        refuse_withheld(text, field)
    if by.side == Side.HUMANITARIAN and (found := unwanted_in(text)) is not None:
        raise Refused(found.sentence, field=field, facts={"found": found.found})
