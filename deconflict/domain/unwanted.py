"""What a notice never holds (D1.5): beneficiaries, money, donors, who people are, their names and numbers. Forms have no field for
it; this finds it where people write freely. It sees the usual ways of writing such things, not every way.

The name of a place is searched for less: villages are called after peoples, health centres after doctors and after a disease whose
French name is that of a donor."""

from __future__ import annotations

import re
from dataclasses import dataclass

from deconflict.domain.msgid import N_
from deconflict.domain.withheld import found_in_place

NUMBER = r"\d[\d .,]{0,20}"
LONGEST = 500  # more than any field takes: what is longer is refused elsewhere, and not searched


@dataclass(frozen=True, slots=True)
class Unwanted:
    """`found`: the words as written; `sentence`: msgid that names them by `%(found)s` and says how to mend it."""

    found: str
    sentence: str


# In this order: a sum is named as money before its figures are taken for a telephone's.
_TABLE: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (what, re.compile(pattern, re.IGNORECASE if any_case else 0), sentence)
    for what, pattern, any_case, sentence in (
        (
            "money",
            rf"{NUMBER}\s?(?:(?:mille|millions?|milliards?)\s?(?:de\s|d['’]\s?)?)?(?:F\s?CFA|FCFA|CFA|francs?|XOF|EUR|USD|dollars?|euros?|[€$])"
            r"(?!\w)|[€$]\s*\d[\d.,]*"
            r"|\b(?:cash|esp[eè]ces|argent liquide|paie(?:ment)? en liquide)\b",
            True,
            N_("Money is never named here: “%(found)s”. Take it out: a team that carries money is a target."),
        ),
        (
            "counted",
            rf"{NUMBER}\s?(?:b[ée]n[ée]ficiaires?|beneficiar(?:y|ies)|m[ée]nages?|households?|familles?|famil(?:y|ies)"
            r"|d[ée]plac[ée]s|PDI|IDPs?|patients?)\b|\b(?:listes? (?:des |de )?|lists? of )(?:b[ée]n[ée]ficiaires|beneficiaries)\b",
            True,
            N_("Beneficiaries are never counted or listed here: “%(found)s”. Take it out."),
        ),
        (
            "donor",
            r"\b(?:DG\s?ECHO|ECHO|USAID|BHA|FCDO|SDC|SIDA|AFD|GIZ)\b|\b[Bb]ailleurs?\b|\b[Dd]onateurs?\b|\b[Dd]onors?\b",
            False,
            N_("Donors are not named here: “%(found)s”. Take it out."),
        ),
        (
            "people",
            r"\b(?:nationalit[ée]|nationality|ethnie|ethnic\w*|religion|musulman\w*|muslims?|chr[ée]tien\w*|christians?"
            r"|touaregs?|tuaregs?|peuls?|fulanis?|dogons?|bambaras?|songha[iïy]s?|arabes?|arabs?|expatri[ée]s?|expatriates?"
            r"|expats?)\b",
            True,
            N_("Who people are is never written here (nationality, ethnic group, religion): “%(found)s”. Take it out."),
        ),
        (
            "name",
            r"\b(?:M\.|MM\.|Mme|Mlle|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|Monsieur|Madame)\s+[A-ZÀ-Ý][\w'-]+",
            False,
            N_("No names of people here: “%(found)s”. Take it out: your organisation keeps the list."),
        ),
        (
            "number",
            r"(?:\+|\b)\d(?:[ .-]?\d){7,}\b",
            False,
            N_("A telephone number has its own field: “%(found)s”. Move it there."),
        ),
    )
)


# Of the place where somebody is put up whose name says whose house it is, and of what a signboard bears.
OF_A_HOUSE = frozenset({"money", "counted", "name", "number"})
OF_A_SITE = OF_A_HOUSE - {"name"}


def unwanted_in(text: str) -> Unwanted | None:
    """The first thing in a text that a notice never holds, None where nothing was found."""
    for _what, pattern, sentence in _TABLE:
        if found := pattern.search(text[:LONGEST]):
            return Unwanted(found[0].strip(), sentence)
    return None


def unwanted_in_place(text: str, whats: frozenset[str]) -> Unwanted | None:
    """As unwanted_in, of the name of a place: the first of `whats`, or of weapons, radio, plates and how many they are. One figure is
    the number of the place (`site 3 PDI`), not a count of people."""
    for what, pattern, sentence in _TABLE:
        found = pattern.search(text[:LONGEST]) if what in whats else None
        if found and not (what == "counted" and len(re.findall(r"\d", found[0])) == 1):
            return Unwanted(found[0].strip(), sentence)
    held = found_in_place(text[:LONGEST])
    return Unwanted(held.words, held.sentence) if held else None
