"""What a request over HTTP that did not end well means: did anything leave, and may it be tried again?"""

from __future__ import annotations

import logging

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from deconflict.channels.port import Ambiguous, Code, SendFailed

# At DEBUG it prints every address asked, which may hold a number or a secret.
logging.getLogger("urllib3").setLevel(logging.WARNING)

_BY_STATUS = {401: Code.ACCOUNT, 403: Code.ACCOUNT, 408: Code.BUSY, 429: Code.BUSY}
LOST_BEHIND_A_GATEWAY = (502, 504)


def of_transport(error: requests.RequestException) -> SendFailed:
    """Before a connection stands nothing can have left; afterwards nobody knows."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    never_left = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
    if isinstance(error, never_left) or isinstance(reason, NewConnectionError):
        return SendFailed.because(Code.NETWORK)
    return Ambiguous()


def of_status(status: int) -> SendFailed:
    """By the HTTP status alone, when the answer itself says nothing more exact."""
    if status in LOST_BEHIND_A_GATEWAY:
        return Ambiguous()
    return SendFailed.because(_BY_STATUS.get(status, Code.REFUSED if 400 <= status < 500 else Code.PROVIDER))


def not_now(failure: SendFailed) -> SendFailed:
    """The same failure of a question. A question may always be asked again, and loses nothing when its answer is lost."""
    return SendFailed(True, Code.PROVIDER if isinstance(failure, Ambiguous) else failure.code)
