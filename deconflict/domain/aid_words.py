"""What is asked of aid that was given outside QIPs, by code, with the words of each code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from deconflict.domain.procedures import Label

KINDS: Mapping[str, Label] = {
    "goods": {"en": "Goods", "fr": "Articles"},
    "food": {"en": "Food", "fr": "Vivres"},
    "medical": {"en": "Medical care or medicines", "fr": "Soins ou médicaments"},
    "veterinary": {"en": "Veterinary care", "fr": "Soins vétérinaires"},
    "water": {"en": "Water", "fr": "Eau"},
    "school": {"en": "School supplies", "fr": "Fournitures scolaires"},
    "construction": {"en": "Construction or repair", "fr": "Construction ou réparation"},
    "cash": {"en": "Cash", "fr": "Argent"},
    "other": {"en": "Other", "fr": "Autre"},
}
# As what the SOP compares it with the kind of aid of others; what stands not here is compared with none.
CATEGORY_OF: Mapping[str, str] = {
    **{"goods": "nfi", "food": "food", "medical": "health", "veterinary": "livelihoods"},
    **{"water": "wash", "school": "education", "cash": "cash"},
}
# What the answer that closes a plan calls it.
KIND_OF: Mapping[str, str] = {
    **{"nfi": "goods", "food": "food", "health": "medical", "nutrition": "medical", "wash": "water"},
    **{"education": "school", "cash": "cash"},
}
# By whom, and never which unit (D0.17).
GIVERS: Mapping[str, Label] = {
    "troops": {"en": "Troops of a contingent", "fr": "Troupes d'un contingent"},
    "police": {"en": "Police", "fr": "Police"},
    "staff": {"en": "Staff of a headquarters", "fr": "Personnel d'un quartier général"},
    "unknown": {"en": "Not known", "fr": "Inconnu"},
}
ANSWERS: Mapping[str, Label] = {
    "yes": {"en": "Yes", "fr": "Oui"},
    "no": {"en": "No", "fr": "Non"},
    "unknown": {"en": "Not known", "fr": "Inconnu"},
}
CONSEQUENCES: Mapping[str, Label] = {
    "none": {"en": "None", "fr": "Aucune"},
    "confusion": {"en": "Confusion about who helps", "fr": "Confusion sur qui aide"},
    "tension": {"en": "Tension", "fr": "Tensions"},
    "unknown": {"en": "Not known", "fr": "Inconnue"},
}
# How somebody knows of it; the last stands for the mission itself, whoever of it said so.
SOURCES: Mapping[str, Label] = {
    "seen": {"en": "Own staff saw it", "fr": "Son personnel l'a vu"},
    "residents": {"en": "People who live there told it", "fr": "Des habitants l'ont raconté"},
    "authority": {"en": "Local authorities told it", "fr": "Les autorités locales l'ont dit"},
    "organisation": {"en": "Another organisation told it", "fr": "Une autre organisation l'a dit"},
    "media": {"en": "Media or social media", "fr": "Médias ou réseaux sociaux"},
    "mission": {"en": "The mission says so", "fr": "La mission le dit"},
}
BY_MISSION = "mission"
RESPONSES: Mapping[str, Label] = {
    "explained": {"en": "Explained", "fr": "Expliqué"},
    "corrective_action": {"en": "Corrective action taken", "fr": "Mesure corrective prise"},
    "will_plan": {"en": "Will be planned and coordinated from now on", "fr": "Sera planifié et coordonné désormais"},
    "not_ours": {"en": "Not of this mission", "fr": "Pas de cette mission"},
}


@dataclass(frozen=True, slots=True)
class Told:
    """One report as it was filled in: on which day, in which settlement, what, and what is known of it. `source` is empty of what the
    mission declares itself."""

    day: date
    pcode: str
    kind: str
    description: str = ""
    giver: str = ""
    needs: str = "unknown"
    consulted: str = "unknown"
    consequence: str = "unknown"
    source: str = ""
