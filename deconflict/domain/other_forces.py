"""Forces that have no account here and receive nothing (D2.4, D8): those of the host State and of others than the mission. What the desk
hears of where they are at work it enters as an area of no owner (domain.ocha_areas), and meets them in the dialogue log."""

from __future__ import annotations

import re

from deconflict.domain.errors import Refused
from deconflict.domain.msgid import N_
from deconflict.domain.withheld import plain

# As an organisation of theirs would be called, read without accents and capitals: a bare "force" or "army" may stand in other names.
NAMES = re.compile(
    r"(?<!\w)(?:fama|fdsm|fds|forces? armees?|armed forces|forces? de (?:defense|securite)|(?:defen[cs]e|security) forces?"
    r"|(?:national )?army|armee (?:nationale|de terre|de l['’]air|malienne|francaise)|gendarmerie|garde nationale|national guard"
    r"|police nationale|national police|barkhane|takuba|g5[ -]?sahel|force conjointe|joint force|eutm|eucap|dozos?|wagner)(?!\w)"
)
REFUSED = N_(
    "Host-State forces and forces other than the mission have no account here, and receive nothing. Enter where they are at work as an "
    "area of OCHA, and note meetings with them in the dialogue log."
)


def refuse_force(name: str) -> None:
    """Raises Refused for an organisation that is called as such a force is."""
    if NAMES.search(plain(name)):
        raise Refused(REFUSED, field="name")
