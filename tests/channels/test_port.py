from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from deconflict.channels.port import Code, Hook, Status

statuses = st.lists(st.sampled_from(Status), min_size=1, max_size=12)


def after(news: list[Status]) -> list[Status]:
    """The status after each piece of news, from queued on."""
    now, seen = Status.QUEUED, []
    for status in news:
        now = now.advanced_by(status)
        seen.append(now)
    return seen


@given(statuses)
def test_a_status_never_goes_backwards(news: list[Status]) -> None:
    ranks = [status.rank for status in after(news)]
    assert ranks == sorted(ranks)


@given(statuses, st.randoms())
def test_receipts_in_any_order_and_number_end_in_the_same_status(news: list[Status], chance: random.Random) -> None:
    again = news + chance.choices(news, k=3)
    chance.shuffle(again)
    assert after(again)[-1] is after(news)[-1]


def test_a_failure_is_louder_than_a_delivery() -> None:
    assert after([Status.DELIVERED, Status.FAILED, Status.DELIVERED, Status.SENT])[-1] is Status.FAILED


def test_what_will_never_succeed_is_not_tried_again() -> None:
    final = {code for code in Code if not code.retryable}
    left = {"bad_address", "wrong_person", "gone", "opted_out"}
    assert final == left | {"filtered", "refused", "sender", "expired"}


def test_a_header_is_found_whatever_its_case() -> None:
    hook = Hook("https://x", {}, {"x-twilio-SIGNATURE": "s"})
    assert hook.header("X-Twilio-Signature") == "s"
    assert hook.header("X-Other") == ""
