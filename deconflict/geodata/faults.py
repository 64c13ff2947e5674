"""What is wrong with files of places."""

from __future__ import annotations


class BadPlaces(ValueError):
    """The sentences say which file, what is the matter, and how to mend it. English: they are for who runs the command."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences
