"""What a notice never holds (D1.5): beneficiaries, money, donors, who people are, their names and numbers. Forms have no field for
it; this finds it where people write freely. It sees the usual ways of writing such things, not every way."""

from __future__ import annotations

import re
from dataclasses import dataclass

from deconflict.domain.msgid import N_

NUMBER = r"\d[\d .,]{0,20}"
LONGEST = 500  # more than any field takes: what is longer is refused elsewhere, and not searched


@dataclass(frozen=True, slots=True)
class Unwanted:
    """`found`: the words as written; `sentence`: msgid that names them by `%(found)s` and says how to mend it."""

    found: str
    sentence: str


# In this order: a sum is named as money before its figures are taken for a telephone's.
_TABLE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE if any_case else 0), sentence)
    for pattern, any_case, sentence in (
        (
            rf"{NUMBER}\s?(?:F\s?CFA|FCFA|CFA|XOF|EUR|USD|dollars?|euros?|[€$])(?!\w)|[€$]\s*\d[\d.,]*"
            r"|\b(?:cash|esp[eè]ces|argent liquide|paie(?:ment)? en liquide)\b",
            True,
            N_("Money is never named here: “%(found)s”. Take it out: a team that carries money is a target."),
        ),
        (
            rf"{NUMBER}\s?(?:b[ée]n[ée]ficiaires?|beneficiar(?:y|ies)|m[ée]nages?|households?|familles?|famil(?:y|ies)"
            r"|d[ée]plac[ée]s|PDI|IDPs?|patients?)\b|\b(?:liste des|list of)\s+(?:b[ée]n[ée]ficiaires|beneficiaries)\b",
            True,
            N_("Beneficiaries are never counted or listed here: “%(found)s”. Take it out."),
        ),
        (
            r"\b(?:DG\s?ECHO|ECHO|USAID|BHA|FCDO|SDC|SIDA|AFD|GIZ)\b|\b[Bb]ailleurs?\b|\b[Dd]onors?\b",
            False,
            N_("Donors are not named here: “%(found)s”. Take it out."),
        ),
        (
            r"\b(?:nationalit[ée]|nationality|ethnie|ethnic\w*|religion|musulman\w*|muslims?|chr[ée]tien\w*|christians?"
            r"|touaregs?|tuaregs?|peuls?|fulanis?|dogons?|bambaras?|songha[iïy]s?|arabes?|arabs?|expatri[ée]s?|expatriates?"
            r"|expats?)\b",
            True,
            N_("Who people are is never written here (nationality, ethnic group, religion): “%(found)s”. Take it out."),
        ),
        (
            r"\b(?:M\.|MM\.|Mme|Mlle|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|Monsieur|Madame)\s+[A-ZÀ-Ý][\w'-]+",
            False,
            N_("No names of people here: “%(found)s”. Take it out: your organisation keeps the list."),
        ),
        (
            r"(?:\+|\b)\d(?:[ .-]?\d){7,}\b",
            False,
            N_("A telephone number has its own field: “%(found)s”. Move it there."),
        ),
    )
)


def unwanted_in(text: str) -> Unwanted | None:
    """The first thing in a text that a notice never holds, None where nothing was found."""
    for pattern, sentence in _TABLE:
        if found := pattern.search(text[:LONGEST]):
            return Unwanted(found[0].strip(), sentence)
    return None
