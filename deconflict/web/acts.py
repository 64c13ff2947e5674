"""What a page answers to a form: it does what was asked and says so, or says what is wrong beside what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import flash, redirect, request
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.web.forms_ui import Form, errors_of, said, typed

Page = str | tuple[str, int] | Response


def press(back: str, do: Callable[[], str]) -> Response:
    """One button: what `do` says was done, or why it was not, stands over the page `back`. Raises NotFound."""
    try:
        flash(do())
    except NotFound:
        raise
    except Refused as error:
        flash(said(error), "error")
    except ValidationError as error:
        flash(" ".join(dict.fromkeys(one for each in errors_of(error).values() for one in each)), "error")
    return redirect(back, 303)


def submit(
    back: str,
    do: Callable[[], str],
    page: Callable[[Form], str],
    *several: str,
    fields: Mapping[str | None, str] | None = None,
) -> Page:
    """A form: as `press`, but what is to be mended is said with 422 on its `page`, beside all that was typed. `several` names may
    occur more than once (forms_ui.typed); `fields`: what the page calls a field of a refusal. Raises NotFound."""
    try:
        flash(do())
    except NotFound:
        raise
    except LostRace as error:  # there is nothing left to mend
        flash(said(error), "error")
    except (Refused, ValidationError) as error:
        return page(Form(typed(request.form, *several), errors_of(error, fields))), 422
    return redirect(back, 303)
