"""What makes a sentence about a mistake one that says how to mend it."""

from __future__ import annotations

import re

VERBS = (
    *(
        "Give",
        "Choose",
        "Write",
        "Correct",
        "Check",
        "Take",
        "Fill",
        "Say",
        "Tick",
        "Read",
        "Leave",
        "Type",
        "Try",
        "Name",
        "Enter",
    ),
    *(
        "Send",
        "Ask",
        "Call",
        "Answer",
        "Make",
        "Have",
        "Keep",
        "Count",
        "Sign",
        "Look",
        "Remove",
        "Add",
        "Notify",
        "Amend",
        "Go",
        "Delete",
        "Deactivate",
    ),
)
# A verb that says what to do, where a clause begins; an example; a reading that is offered. In French, the verb's form alone.
MENDS = re.compile(
    rf"(?:^|[.:;,!?] |\b(?:or|and|then|first) )(?:{'|'.join(VERBS)})\b|\b(?:such as|for example|did you mean)\b|\w+ez\b",
    re.IGNORECASE,
)
