"""What the dialogue log never holds (RUL-28): armed groups by name, and what is negotiated with anybody. That a meeting took place and what
it was about stands there in codes. Tables and nothing else, read without accents and capitals; they see the usual ways of writing such
things, not every way."""

from __future__ import annotations

import re

from deconflict.domain.errors import Refused
from deconflict.domain.msgid import N_
from deconflict.domain.withheld import plain

GROUP = N_("“%(found)s” names an armed group. The dialogue log never holds that: take it out.")
NEGOTIATED = N_(
    "“%(found)s” speaks of what was negotiated. Access negotiations are never stored here: take it out, the topic is enough."
)
_TABLE = (
    (
        GROUP,
        r"jnim|gsim|eigs|isgs|isws|aqmi|aqim|mujao|mnla|hcua|gatia|msa|csp(?:-psd)?|plateforme|ansar ?(?:dine|eddine|ud-?din\w*)"
        r"|katibas?(?: \w+)?|dan na ambassagou|dozos?|djihadistes?|jihadis\w+|terroristes?|terrorists?|ganes?|nsags?"
        r"|groupes? armes?(?: non etatiques?)?|(?:non-state )?armed groups?|rebel(?:le)?s?|milic\w+|militias?|emirs?",
    ),
    (
        NEGOTIATED,
        r"negoci\w+|negotiat\w+|pourparlers|marchand\w+|acces (?:accorde|obtenu|refuse|garanti)\w*|access (?:granted|obtained|refused)"
        r"|garanties? (?:de|d['’]) ?(?:acces|passage|securite)|(?:access|safe-?passage|security) guarantees?|laissez-?passer"
        r"|conditions? (?:de|d['’]) ?acces|conditions? (?:for|of) access|taxes? de passage|passage fees?|rancons?|ransoms?"
        r"|emissaires?|intermediaires?|go-?betweens?|cessez-le-feu|cease-?fires?|treves?|truces?",
    ),
)
_SEARCHED = tuple((sentence, re.compile(rf"(?<![\w/-])(?:{ways})(?!\w)")) for sentence, ways in _TABLE)


def refuse_unspoken(text: str, field: str) -> None:
    """Raises Refused at `field`, with the words that were found."""
    read = plain(text)
    for sentence, pattern in _SEARCHED:
        if hit := pattern.search(read):
            raise Refused(sentence, field=field, facts={"found": text[hit.start() : hit.end()].strip()})
