"""What is wrong with a command line, in the language that --lang asks for: click has no French."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import IO, Any

import click

from deconflict.overlaps.words import WORDS

LANGUAGE = "--lang"
FRENCH = {  # of click's own sentences
    "no_option": "l'option {name} n'existe pas.",
    "value": "l'option {name} attend une valeur.",
    "no_value": "l'option {name} n'attend pas de valeur.",
    "lacking": "il manque {name}.",
    "wrong": "{name} : {must}.",
    "one_of": "doit être l'un de {choices}",
    "range": "doit être un nombre de {low} à {high}",
    "another": "doit être autre chose",
    "odd": "la ligne de commande n'est pas comprise.",
}


class Bilingual(click.Command):
    """A command with an option --lang. What click refuses before that option is understood is said in its language all the
    same, wherever it stands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        language = _asked(args)  # click takes the words out of the list
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if language != "fr":
                raise
            raise Refusal(_sentence(error, ctx), ctx, language) from None


class Refusal(click.UsageError):
    """As click shows it, with the words of one language around it."""

    def __init__(self, message: str, ctx: click.Context, language: str) -> None:
        super().__init__(message, ctx)
        self.usage, self.language = ctx, language

    def show(self, file: IO[Any] | None = None) -> None:
        usage = " ".join((self.usage.command_path, *self.usage.command.collect_usage_pieces(self.usage)))
        said = WORDS[self.language]["usage"].format(usage=usage, help=f"{self.usage.command_path} --help")
        click.echo(f"{said}\n\n{WORDS[self.language]['error'].format(message=self.message)}", file=file, err=True)


def _asked(args: Sequence[str]) -> str:
    """The language asked for, empty where none is."""
    apart = (value for name, value in pairwise(args) if name == LANGUAGE)
    return next(apart, "") or next((a.partition("=")[2] for a in args if a.startswith(f"{LANGUAGE}=")), "")


def _sentence(error: click.UsageError, ctx: click.Context) -> str:
    match error:
        case click.NoSuchOption():
            return FRENCH["no_option"].format(name=error.option_name)
        case click.BadOptionUsage():
            flags = {name for param in ctx.command.params if getattr(param, "is_flag", False) for name in param.opts}
            return FRENCH["no_value" if error.option_name in flags else "value"].format(name=error.option_name)
        case click.MissingParameter():
            return FRENCH["lacking"].format(name=_name(error, ctx))
        case click.BadParameter():
            return FRENCH["wrong"].format(name=_name(error, ctx), must=_must(error.param))
        case _:
            return FRENCH["odd"]


def _name(error: click.BadParameter, ctx: click.Context) -> str:
    return error.param.get_error_hint(ctx) if error.param else ""


def _must(param: click.Parameter | None) -> str:
    match param and param.type:
        case click.Choice(choices=choices):
            return FRENCH["one_of"].format(choices=", ".join(choices))
        case click.FloatRange(min=low, max=high):
            return FRENCH["range"].format(low=f"{low:g}", high=f"{high:.0f}")
        case _:
            return FRENCH["another"]
