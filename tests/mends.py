"""What makes a sentence about a mistake one that says how to mend it, in either language."""

from __future__ import annotations

import re

ENGLISH = (
    "Give|Choose|Write|Correct|Check|Take|Fill|Say|Tick|Read|Leave|Type|Try|Name|Enter|Send|Ask|Call|"
    "Answer|Make|Have|Keep|Count|Sign|Look|Remove|Add|Notify|Amend|Go|Delete|Deactivate"
)
FRENCH = (
    "Donnez|Choisissez|Écrivez|Corrigez|Vérifiez|Prenez|Remplissez|Dites|Cochez|Lisez|Laissez|Tapez|"
    "Retapez|Essayez|Réessayez|Nommez|Saisissez|Envoyez|Renvoyez|Demandez|Redemandez|Appelez|"
    "Répondez|Faites|Gardez|Comptez|Connectez|Regardez|Retirez|Ajoutez|Notifiez|Confiez|Cherchez|"
    "Rappelez|Modifiez|Allez|Supprimez|Désactivez|Relisez|Attendez|Recommencez|Complétez|Notez|"
    "Mettez|Changez|Revenez|Recopiez|Annulez"
)


def _begins(ands: str, verbs: str, also: str) -> str:
    """A verb that says what to do, where a clause begins; an example; a reading that is offered."""
    return rf"(?:^|[.:;,!?–]\s|\b(?:{ands})\s)(?:{verbs})\b|\b(?:{also})\b"


MENDS = {
    "en": re.compile(_begins("or|and|then|first", ENGLISH, "such as|for example|did you mean"), re.IGNORECASE),
    "fr": re.compile(
        _begins("ou|et|puis|alors|d'abord", FRENCH, "par exemple|vouliez-vous dire|à remplir"), re.IGNORECASE
    ),
}
