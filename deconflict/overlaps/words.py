"""What the command says to people, in both languages side by side: it runs without the application and its catalogues."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "a": "humanitarian",
        "b": "mission",
        "gap": "gap km",
        "time": "apart h",
        "nearest": "as planned km",
        "a_at": "a at (UTC)",
        "b_at": "b at (UTC)",
        "minutes": "min within",
        "possible": "possible",
        "rules": "rules",
        "count": "Overlaps: {n}. Activities read: humanitarian {a}, mission {b}.",
        "limits": "At most {km} km and {h} h apart; touching counts.",
        "sop": "SOP {version}.",
        "more": "Nothing is said of what is not in these files.",
        "ignored": "Properties without a meaning here, left out: {names}",
        "point": ".",
    },
    "fr": {
        "a": "humanitaire",
        "b": "mission",
        "gap": "écart km",
        "time": "écart h",
        "nearest": "selon plan km",
        "a_at": "a à (UTC)",
        "b_at": "b à (UTC)",
        "minutes": "min en deçà",
        "possible": "possible",
        "rules": "règles",
        "count": "Chevauchements : {n}. Activités lues : humanitaires {a}, mission {b}.",
        "limits": "À {km} km et {h} h au plus ; se toucher compte.",
        "sop": "Procédure {version}.",
        "more": "Rien n'est dit de ce qui n'est pas dans ces fichiers.",
        "ignored": "Propriétés sans signification ici, laissées de côté : {names}",
        "point": ",",
    },
}
