"""Ten thousand answers that are not what they seem (C7): of forged senders, with codes that were tried out, of somebody else, of
another message. None is taken."""

from __future__ import annotations

import random

from outbox import messages, number_of
from planted import look_again
from sqlalchemy import func, select

from deconflict.services.acknowledgements import acknowledge_by_code, acknowledge_by_reply
from deconflict.store.alerts import Acknowledgement
from deconflict.store.base import db

PEOPLE, EACH = 25, 50  # of four kinds on each of two databases


def test_no_forged_foreign_or_guessed_answer_is_taken(outbox):
    outbox.owe(PEOPLE)
    outbox.turn()
    chance, look = random.Random(7), dict[int, tuple[str, str, str]]()
    for message in messages():
        look[message.alert_id] = (message.address, message.alert.reference, message.alert.code)
    everybody = list(look.values())
    for number, reference, code in everybody:
        others = [one for one in everybody if one[2] != code]
        for _ in range(EACH):
            other = chance.choice(others)
            wrong = f"{(int(code) + chance.randrange(1, 10_000)) % 10_000:04d}"
            assert not acknowledge_by_reply(number_of(chance.randrange(5_000_000)), code, outbox.now), (
                "a stranger's phone"
            )
            assert not acknowledge_by_reply(number, wrong, outbox.now), "a code tried out"
            assert not acknowledge_by_reply(number, f"OK {reference} {other[2]}", outbox.now), "somebody else's code"
            acknowledge_by_code(f"{another(reference)} {code}", outbox.now)
    look_again()
    assert db.session.scalar(select(func.count()).select_from(Acknowledgement)) == 0


def another(reference: str) -> str:
    """Another reference of the same shape."""
    return reference[::-1] if reference[::-1] != reference else "Z" + reference[1:]
