from __future__ import annotations

import threading

import pytest
from fakes.phones import Phone, Phonebook


def test_a_text_is_read_once_and_in_order() -> None:
    phone = Phone("+22370000001")
    phone.receives("File A")
    phone.receives("File B")
    assert phone.expects("File") == "File A"
    assert phone.expects("File") == "File B"
    phone.expects_nothing()
    assert phone.texts == ["File A", "File B"]


def test_a_text_nobody_expected_fails_and_says_which() -> None:
    book = Phonebook()
    book["+22370000001"].receives("surprise")
    with pytest.raises(AssertionError, match="surprise"):
        book.expects_nothing()
    with pytest.raises(AssertionError, match="surprise"):
        book["+22370000001"].expects("something else")


def test_a_phone_may_be_waited_for() -> None:
    phone = Phone("+22370000001")
    timer = threading.Timer(0.05, phone.receives, ("late",))
    timer.start()
    assert phone.expects("late", within_s=5) == "late"
    timer.join()
