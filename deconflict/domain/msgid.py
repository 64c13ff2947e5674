"""Marks a sentence that a person will read in their language. domain/ names it in English; whoever shows it translates."""

from __future__ import annotations


def N_(text: str) -> str:
    return text
