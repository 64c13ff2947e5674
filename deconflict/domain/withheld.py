"""What is never stored of a mission plan (D3.4, D8): how many they are, call signs, frequencies, units below sector, weapons,
number plates. What is not stored cannot leak; so no door takes it, neither as a field nor in a free text.

Tables and nothing else. The words are those people use for it in French and English, read without accents and capitals. A text is
searched for what says such a thing, never for a bare word that a village or a project may bear: `section 2` is a unit, `canal 2` a
ditch, a pipe has millimetres too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from deconflict.domain.errors import Refused
from deconflict.domain.msgid import N_

# Why a text is refused, by what was found in it. `found` is quoted as it was typed.
SENTENCES = {
    "strength": N_("“%(found)s” says how many they are. This is never stored here: take it out."),
    "call_sign": N_("“%(found)s” speaks of a call sign. This is never stored here: take it out."),
    "frequency": N_("“%(found)s” speaks of a radio frequency. This is never stored here: take it out."),
    "unit": N_(
        "“%(found)s” names a unit below the sector. This is never stored here: take it out, the sector is enough."
    ),
    "weapon": N_("“%(found)s” speaks of weapons or armour. This is never stored here: take it out."),
    "plate": N_("“%(found)s” speaks of a number plate. This is never stored here: take it out."),
}

# ---- fields ------------------------------------------------------------------------------------------------------

# Any of these words in the name of a field; names of several words as they stand.
_WORDS = """
    strength pax troop troops soldier soldiers headcount manpower personnel personnels effectif effectifs soldat soldats militaires
    callsign callsigns indicatif indicatifs
    frequency frequencies frequence frequences freq freqs mhz khz vhf uhf hf radio radios
    unit units unite unites battalion battalions bataillon bataillons company companies compagnie compagnies cie coy section sections
    platoon platoons peloton pelotons squadron squadrons escadron escadrons regiment regiments brigade brigades contingent bn regt
    weapon weapons weaponry arme armes armement armements ammunition munition munitions calibre calibres caliber
    mitrailleuse mitrailleuses machinegun machineguns mortar mortars mortier mortiers armour armor armoured armored blinde blindes
    vehicle vehicles vehicule vehicules plate plates plaque plaques immatriculation immatriculations registration
"""
FIELD_WORDS = frozenset(_WORDS.split())
FIELD_PHRASES = ("call sign", "call signs", "medevac plan", "plan medevac", "order of battle", "ordre de bataille")


def is_withheld(field: str) -> bool:
    """Whether a field of this name asks for what is never stored, however it is spelled."""
    words = re.sub(r"[\W_]+", " ", plain(field)).split()
    return not FIELD_WORDS.isdisjoint(words) or any(f" {phrase} " in f" {' '.join(words)} " for phrase in FIELD_PHRASES)


# ---- free texts --------------------------------------------------------------------------------------------------

_NUMBER = (
    r"(?:\d{1,4}|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|soixante|cent|two"
    r"|three|four|five|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|hundred)"
)
_MEN = (
    r"(?:pax|personnels?|soldats?|soldiers?|militaires?|troops?|troupiers?|casques? bleus?|peacekeepers?|blue helmets?|effectifs?"
    r"|combattants?|fighters?|gendarmes?|policiers?|hommes? en armes|armed men|hommes de troupe)"
)
_NTH = r"(?:\d{1,3}\s?(?:ers?|res?|e|emes?|iemes?|nde?s?|nds?|st|rd|th)|\d{1,3}°|[ivx]{1,5}e)"
_BODY = (
    r"(?:cies?|coys?|compagnies?|company|companies|bns?|btns?|bataillons?|battalions?|regiments?|regts?|rgts?|pls?|plts?|platoons?"
    r"|pelotons?|sections?|sqns?|squadrons?|escadrons?|brigades?|bdes?|groupements?|gtia|battlegroups?|rima|rpima|dragons?)"
)
_NATO = (
    r"(?:alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|oscar|papa|quebec|romeo|sierra|tango"
    r"|november(?!\s(?:[12]?\d|3[01])(?!\d))|uniform|victor|whiskey|x-?ray|yankee|zulu)"  # `November 12` is a day
)
_OF_A_COUNTRY = (
    "ban ben bur cam cha chi civ egy ger gha gui ivo lib mau mon nep ned nig nor pak rwa sal sen sri swe tog tun uk"
).replace(" ", "|")

_PATTERNS: dict[str, tuple[str, ...]] = {
    "strength": (
        rf"{_NUMBER}[\s-]*{_MEN}",
        r"(?:effectifs?|strength|head ?count|pax)\s*(?:total\s*)?(?:de|of|is|est|:|=|-)?\s*\d{1,4}",
        r"(?:effectif|strength)s?\s*[:=]",
        rf"(?:patrols?|patrouilles?|escorts?|escortes?|detachments?|detachements?)\s+(?:of|de|d['’])\s*{_NUMBER}"
        r"\s*(?:men|hommes|persons?|people|personnes)",
    ),
    "call_sign": (
        r"(?:indicatifs?|call[\s-]?signs?)(?:\s*(?:radio\s*)?[:=]?\s*[\w-]+(?:\s+\d{1,3})?)?",
        r"(?:ind|c/s|cs)\s*[.:]\s*[a-z][\w-]*(?:\s+\d{1,3})?",
        rf"{_NATO}[\s-]?\d{{1,3}}",
    ),
    "frequency": (
        r"\d{1,5}(?:[.,]\d{1,4})?\s*(?:[mkg]hz)",
        r"(?:freq(?:uences?|uency|uencies|s)?)\s*[.:=]?\s*(?:radio\s*)?[:=]?\s*\d+(?:[.,]\d+)*",
        r"(?:vhf|uhf|hf)\s*[:=]?\s*(?:canal|channel|ch)?\s*[.:=]?\s*\d+(?:[.,]\d+)*",
        r"(?:canal|channel)\s+(?:radio|vhf|uhf|hf)\b(?:\s*\d{1,3})?",
    ),
    "unit": (
        rf"{_NTH}\s*{_BODY}",
        r"(?:cie|coy|company|compagnie|bn|bataillon|battalion|section|platoon|peloton|pl|plt|escadron|squadron|sqn|unite|unit)"
        r"\s*(?:n[o°]\.?\s*)?(?:\d{1,3}|(?:[a-d]|alpha|bravo|charlie|delta|echo)(?!\s*['’]))",
        r"(?:[a-d]|alpha|bravo|charlie|delta|echo)[\s-]+(?:cie|coy|company|compagnie)",
        r"(?:bataillons?|battalions?|pelotons?|platoons?|escadrons?|squadrons?)",
        rf"(?:{_OF_A_COUNTRY})(?:ba?tt|bat|coy)[\s-]?\d{{0,2}}",
    ),
    "weapon": (
        r"(?:5[.,]56|7[.,]62|12[.,]7|14[.,]5|81|82|105|122|152|155)\s*(?:x\s*\d{2}\s*)?mm",
        r"(?:calibre|caliber|canons? de|cannons?|mortiers? de|mortars?)\s*\d+(?:[.,]\d+)*(?:\s*mm)?",
        r"\d{1,3}\s*mm\s+(?:mortars?|cannons?|guns?)",
        r"ak[\s-]?(?:47|74|m)|rpg(?:[\s-]?\d{1,2})?|dshk|pkm|famas|m16|zu[\s-]?23(?:[\s-]2)?",
        r"(?:kalas(?:hnikovs?|nikovs?|h)?|mitrailleuses?|auto-?mitrailleuses?|machine[\s-]?guns?|lance[\s-]?(?:roquettes?|grenades?)"
        r"|rocket launchers?|fusils? d['’ ]?assaut|assault rifles?|rifles?|missiles?|snipers?|tireurs? d['’ ]?elite)",
        r"(?:vehicules?|vhl|engins?)\s+blindes?|armou?red (?:vehicles?|cars?|personnel carriers?)|blindes? legers?"
        r"|(?:\d{1,3}\s*)(?:blindes?|vab|apcs?|mraps?|vbl)|vab|apcs|mraps?|btr[\s-]?\d{2}|brdm(?:[\s-]?\d)?|chars? de combat"
        r"|battle tanks?",
    ),
    "plate": (
        r"(?:immatricul\w+|plaques? (?:mineralogiques?|d['’ ]?immatriculation)|(?:number|licen[cs]e) plates?)"
        r"(?:\s*[:=]?\s*[\w-]*\d[\w-]*)?",
        r"(?<!\d[a-z])(?<!\d[a-z]\s)(?:un|unp|onu|minusma)[\s-]?\d{3,6}",  # 30P UN 1234 5678 is a grid square
        r"[a-z]{1,2}[\s-]?\d{4}[\s-]?(?:md|m\d)",
    ),
}
_END = r"(?!\w)(?!(?<=\d):[0-5]\d)"  # `Victor 10:15`, `by HF 10:15`: who spoke, and the hour
_SEARCHED = {kind: re.compile(rf"(?<![\w/])(?:{'|'.join(ways)}){_END}") for kind, ways in _PATTERNS.items()}
# In the name of a place `section 2`, `unité 4` and `hôtel 3` are a quarter, a part of an irrigated plain and an inn.
_IN_PLACES = {kind: _SEARCHED[kind] for kind in ("strength", "frequency", "weapon", "plate")} | {
    "call_sign": re.compile(rf"(?<![\w/])(?:{_PATTERNS['call_sign'][0]})(?!\w)")
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a text says that is never stored: `kind` of SENTENCES, and the words as they were typed."""

    kind: str
    words: str

    @property
    def sentence(self) -> str:
        return SENTENCES[self.kind]

    @property
    def facts(self) -> Mapping[str, str]:
        return {"found": self.words}


def found_in(text: str) -> Found | None:
    """The first such thing that a text says, None where it says none."""
    return _first(text, _SEARCHED)


def found_in_place(text: str) -> Found | None:
    """The same of the name of a place, without what quarters and inns are called."""
    return _first(text, _IN_PLACES)


def _first(text: str, searched: Mapping[str, re.Pattern[str]]) -> Found | None:
    composed = unicodedata.normalize("NFC", text)
    read = plain(composed)
    hits = [(hit.start(), kind, hit) for kind, ways in searched.items() if (hit := ways.search(read))]
    if not hits:
        return None
    _at, kind, hit = min(hits, key=lambda one: one[0])
    return Found(kind, composed[hit.start() : hit.end()].strip())


def refuse_withheld(text: str, field: str) -> None:
    """Raises Refused at `field`, with the words that were found."""
    found = found_in(text)
    if found is not None:
        raise Refused(found.sentence, field=field, facts=found.facts)


def plain(text: str) -> str:
    """Small letters without accents, one for one."""
    return "".join(_base(letter) for letter in text)


def _base(letter: str) -> str:
    return (unicodedata.normalize("NFKD", letter)[:1] or letter).lower()[:1] or letter
