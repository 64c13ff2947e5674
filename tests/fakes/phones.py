"""Phones and mailboxes that nothing can ring: they keep what arrived and say what they did not expect."""

from __future__ import annotations

import threading
import time


class Phone:
    """One address. `texts` is everything that ever arrived, oldest first; `unread` what no test has asked for yet."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.texts: list[str] = []
        self._read: set[int] = set()
        self._lock = threading.Lock()

    def receives(self, text: str) -> None:
        with self._lock:
            self.texts.append(text)

    @property
    def unread(self) -> list[str]:
        with self._lock:
            return [text for index, text in enumerate(self.texts) if index not in self._read]

    def expects(self, substring: str, within_s: float = 0.0) -> str:
        """The oldest unread text that contains `substring`, now read. Waits up to `within_s` real seconds."""
        deadline = time.monotonic() + within_s
        while (text := self._take(substring)) is None:
            if time.monotonic() >= deadline:
                raise AssertionError(f"{self.address} got no text with {substring!r}; unread: {self.unread}")
            time.sleep(0.02)
        return text

    def expects_nothing(self) -> None:
        if self.unread:
            raise AssertionError(f"{self.address} got texts nobody expected: {self.unread}")

    def _take(self, substring: str) -> str | None:
        with self._lock:
            for index, text in enumerate(self.texts):
                if index not in self._read and substring in text:
                    self._read.add(index)
                    return text
        return None


class Phonebook:
    """Phones by address, made when first asked for."""

    def __init__(self) -> None:
        self._phones: dict[str, Phone] = {}
        self._lock = threading.Lock()

    def __getitem__(self, address: str) -> Phone:
        with self._lock:
            return self._phones.setdefault(address, Phone(address))

    def all(self) -> list[Phone]:
        with self._lock:
            return list(self._phones.values())

    def expects_nothing(self) -> None:
        """Nobody holds a text that no test asked for."""
        for phone in self.all():
            phone.expects_nothing()
