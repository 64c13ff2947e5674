"""A sign of life to somebody outside who raises the alarm when none comes. It says nothing: that it comes is all."""

from __future__ import annotations

import requests

CONNECT_S, ANSWER_S = 3.05, 5.0


def sign(url: str) -> str:
    """One request without content; the answer is not read and nothing it points to is followed. Returns why it failed, "" when
    it was taken; raises nothing, since no duty may depend on a watcher. Never with the address: who knows it can feign life."""
    try:
        with requests.get(
            url,
            headers={"User-Agent": "carnet"},
            timeout=(CONNECT_S, ANSWER_S),
            allow_redirects=False,
            stream=True,
        ) as answer:
            return "" if answer.status_code < 300 else str(answer.status_code)
    except (requests.RequestException, ValueError) as error:
        return type(error).__name__
