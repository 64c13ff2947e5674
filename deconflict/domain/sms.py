"""What a text may be made of: the GSM-7 alphabet, one segment, and words that say nothing at a checkpoint.

One letter outside GSM-7 (ç, ê, a curly apostrophe) turns a whole text to UCS-2 and cuts it from 160 to 70 characters
(GSM 03.38); a text in two segments arrives in halves, or one half never.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from gsm0338 import Codec

_CODEC = Codec()
_ESCAPE = "\x1b"
_SPELLED = str.maketrans(
    {
        "ç": "c",
        "œ": "oe",
        "Œ": "OE",
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "„": '"',
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
        "–": "-",
        "—": "-",
        "‑": "-",
        "−": "-",
        "…": "...",
        "°": " deg",
        "•": "-",
        "×": "x",
        "\t": " ",
    }
)


def fit(text: str) -> str:
    """The text in GSM-7 letters: é è à ù stay, ç ê œ and curly quotes are spelled plainly, what is left becomes "?"."""
    return "".join(map(_plain, text.translate(_SPELLED)))


def parts(text: str) -> list[str]:
    """What a network makes of it: 160 units in one GSM-7 part, 153 in each of several; 70 and 67 in UCS-2."""
    gsm = is_plain(text)
    units = [len(_CODEC.encode(c)[0]) if gsm else len(c.encode("utf-16-le", "surrogatepass")) // 2 for c in text]
    alone, each = (160, 153) if gsm else (70, 67)
    if sum(units) <= alone:
        return [text]
    cut, room = [""], each
    for char, size in zip(text, units, strict=True):  # a letter of two units is never cut in half
        if size > room:
            cut, room = [*cut, ""], each
        cut[-1] += char
        room -= size
    return cut


def segments(text: str) -> int:
    """How many parts a network makes of it."""
    return len(parts(text))


def is_plain(text: str) -> bool:
    """Whether it travels in GSM-7; otherwise in UCS-2."""
    return all(map(_is_gsm, text))


def spelled(reference: str) -> str:
    """Letter by letter, with pauses, as it is read out in a call: a spoken "4F7K2" is a word nobody can write down."""
    return ", ".join(reference.upper())


def forbidden(text: str, names: Iterable[str] = (), known: Iterable[str] = ()) -> list[str]:
    """What the text says and may not, in the order of the rules; empty when it is clean.

    `names` are organisations, people and places it may not name. `known` are the reference and code it carries; without
    them, the places where our texts print those are skipped. No other digit is let through: times, dates, coordinates,
    head counts and phone numbers all need one.
    """
    bare = text
    for value in known:
        bare = bare.replace(value, " ")
    bare = _REFERENCE_OR_CODE.sub(" ", bare)
    found = [match.group() for rule in _AS_WRITTEN for match in rule.finditer(bare)]
    folded = _fold(bare)
    found += [match.group() for rule in (_TELLING, _HOUSE, _TIME, _OPT_OUT) for match in rule.finditer(folded)]
    return found + [name for name in names if _names(name, folded)]


def opts_out(text: str) -> bool:
    """Would the provider take this reply as "never write to me again"? Keywords count only alone."""
    return _fold(text).strip(" .!") in _BLOCKING


def opts_in(text: str) -> bool:
    """Would the provider take this reply as "write to me again"? Alone too."""
    return _fold(text).strip(" .!") in _UNBLOCKING


def _is_gsm(char: str) -> bool:
    if char == _ESCAPE:
        return False
    try:
        _CODEC.encode(char)
    except UnicodeEncodeError:
        return False
    return True


def _plain(char: str) -> str:
    if _is_gsm(char):
        return char
    if char.isspace():
        return " "
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return ""  # the mark of a letter written in two, or a joiner nobody sees
    base = "".join(c for c in unicodedata.normalize("NFKD", char).translate(_SPELLED) if not unicodedata.combining(c))
    return base if base and all(map(_is_gsm, base)) else "?"


def _fold(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    return "".join(c for c in letters if not unicodedata.combining(c)).casefold()


def _names(name: str, folded: str) -> bool:
    wanted = _fold(name).strip()
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", folded) is not None


def _words(stems: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(stems.split())})\b")


_LABEL = r"[0-9A-Z]{4,8}(?:-\d{1,3})?\b"
_REFERENCE_OR_CODE = re.compile(rf"(?:(?i:\b(?:dossier|file)s?) {_LABEL}(?:, {_LABEL})*)|(?:(?i:\bcode) \d{{4,8}}\b)")

# Read as written: "UN" is an organisation and "un" an article, "sûr" a promise and "sur" a preposition.
_AS_WRITTEN = (
    re.compile(r"\b(?:UN|NU)\b"),
    re.compile(r"\b[Ss]ûre?s?\b"),
    re.compile(r"(?i)https?://\S*|\bwww\.\S*|\b[\w-]+\.[a-z]{2,}\S*|\S*@\S*"),
    re.compile(r"\S*\d\S*"),
    re.compile(r"[°º′″]"),
)
# Whoever reads it over a shoulder must not learn who writes, who moves, or what for.
_TELLING = _words(r"""
    onu minusma ocha cmcoord\w* cimic undss unpol qip ngos? ongs? nations?\sunies? united\snations? casques?\sbleus?
    blue\shelmets? peacekeep\w* patrol\w* patrouill\w* militar\w* militair\w* army armies arme[esd]{0,2} forces? troops?
    troupes? soldi?ers? soldats? contingents? battalions? bataillons? missions? convoys? convois? escort\w* humanit\w*
    distribution\w* vaccin\w* clini[cq]\w* checkpoints? weapons? attack\w* attaqu\w* ieds? eeis? (?:de)?conflic?t\w*
""")
# Notification is never permission, and silence never an all-clear.
_HOUSE = _words(r"""
    approv\w* approuv\w* authori[sz]\w* autoris\w* cleared clearance all\sclear safe safely safety secured? securis\w*
    permission\w* permit\w*
""")
_TIME = _words(r"""
    today tonight tomorrow yesterday noon midnight mornings? afternoons? evenings? nights? hours?
    (?:mon|tues|wednes|thurs|fri|satur|sun)days? january february march april june july august september october november
    december aujourd'hui demain hier midi minuit matin\w* apres-midi soirs? soirees? nuits? heures?
    (?:lun|mar|mercre|jeu|vendre|same)dis? dimanches? janvier fevrier mars avril juin juillet aout septembre octobre novembre
    decembre
""")
# A person who answers one of these is cut off from every later message, or gets an automatic text in our place.
_BLOCKING = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "arret"}
_UNBLOCKING = {"start", "unstop", "yes"}
_OPT_OUT = _words(" ".join(sorted(_BLOCKING)) + " arretez start yes unstop help info halts?")
