"""What a QIP is said by in codes, with the words for each (D3.3): which aid it is, whose it is, who carries it out, whom it is for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from deconflict.domain.procedures import Label

Labels = Mapping[str, Label]


def _labels(**codes: tuple[str, str]) -> Labels:
    """Code -> (English, French)."""
    return MappingProxyType({code: {"en": en, "fr": fr} for code, (en, fr) in codes.items()})


# The cluster that would do the same, so that clusters are asked about what is theirs.
SECTORS = _labels(
    wash=("Water, sanitation and hygiene (WASH)", "Eau, hygiène et assainissement (EHA)"),
    health=("Health", "Santé"),
    education=("Education", "Éducation"),
    fsl=("Food security and livelihoods", "Sécurité alimentaire et moyens d'existence"),
    protection=("Protection", "Protection"),
    none=("None: no cluster does this", "Aucun : aucun cluster ne fait cela"),
)
# Which kinds of humanitarian aid are the same (activities.toml); the first is the one that its item is matched by.
SAME_AID: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "wash": ("wash",),
        "health": ("health", "nutrition"),
        "education": ("education",),
        "fsl": ("livelihoods", "food", "cash"),
        "protection": ("protection",),
        "none": (),
    }
)
SECTIONS = _labels(
    civil_affairs=("Civil Affairs", "Affaires civiles"),
    stabilisation=("Stabilization and Recovery", "Stabilisation et relèvement"),
    unpol=("UN Police", "Police des Nations Unies"),
    force=("Force", "Force"),
)
# All that a humanitarian focal point ever reads of a partner: who is labelled as one of the mission is at risk (D8).
PARTNERS = _labels(
    local_ngo=("Local NGO", "ONG locale"),
    association=("Association or group", "Association ou groupement"),
    technical=("Technical service of the State", "Service technique de l'État"),
    authority=("Local authority", "Collectivité ou autorité locale"),
    company=("Company", "Entreprise"),
)
CAPACITIES = _labels(
    not_checked=("Not checked", "Non vérifiée"),
    checked=("Checked: able to do it", "Vérifiée : à même de réaliser le projet"),
    support=("Checked: able with support", "Vérifiée : à même avec un appui"),
    unable=("Checked: not able", "Vérifiée : pas à même"),
)
BANDS = _labels(
    under_500=("Fewer than 500 people", "Moins de 500 personnes"),
    under_2000=("500 to 2,000 people", "De 500 à 2 000 personnes"),
    under_10000=("2,000 to 10,000 people", "De 2 000 à 10 000 personnes"),
    more=("More than 10,000 people", "Plus de 10 000 personnes"),
)
# What makes it visible, each an item of its own.
OCCASIONS = _labels(
    assessment=("Assessment visit", "Visite d'évaluation"),
    stone=("Foundation stone", "Pose de la première pierre"),
    delivery=("Delivery", "Livraison de matériel"),
    ceremony=("Handover ceremony", "Cérémonie de remise"),
)
EVENT_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "assessment": "QIP_VISIT",
        "stone": "QIP_CEREMONY",
        "delivery": "QIP_CEREMONY",
        "ceremony": "QIP_CEREMONY",
    }
)
FINDINGS = _labels(
    on_track=("As planned", "Conforme au plan"),
    delayed=("Delayed", "En retard"),
    quality=("Poor quality", "Qualité insuffisante"),
    stopped=("Work has stopped", "Travaux à l'arrêt"),
)
PAUSES = _labels(
    security=("Security", "Sécurité"),
    partner=("The partner cannot go on", "Le partenaire ne peut pas continuer"),
    community=("The community objects", "La communauté s'y oppose"),
    rains=("Rains or access", "Pluies ou accès"),
    funds=("Funds", "Financement"),
)
CANCELLED = _labels(
    withdrawn=("Withdrawn after the consultation", "Retiré après la consultation"),
    duplicate=("Somebody else does the same", "Un autre acteur fait la même chose"),
    security=("Security", "Sécurité"),
    partner=("No able partner", "Aucun partenaire à même"),
    funds=("Funds", "Financement"),
    other=("Another reason", "Autre raison"),
)
RATINGS = _labels(
    met=("It does what it was meant to do", "Le but est atteint"),
    partly=("In part", "Le but est atteint en partie"),
    not_met=("It does not", "Le but n'est pas atteint"),
)
