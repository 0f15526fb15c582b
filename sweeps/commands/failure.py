"""How a command ends when the question was wrong: one sentence on stderr, exit code 2, no traceback."""

from __future__ import annotations

from errno import EPIPE
from typing import Any

import typer
from typer.core import TyperGroup

ANSWER_IS_BAD = 1
QUESTION_IS_BAD = 2


class SentenceGroup(TyperGroup):
    """A group of commands whose HwsimErrors become sentences, as do files that cannot be read or written; every other
    error is a fault and shows itself."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            sentence = _sentence(error)
            if sentence is None:
                raise
            typer.echo(f"hwsim: {sentence}", err=True)
            raise typer.Exit(QUESTION_IS_BAD) from None


def _sentence(error: Exception) -> str | None:
    """What to tell the person who asked; None for a fault of hwsim, and for a reader who closed the pipe."""
    from hwsim.errors import HwsimError  # here, so that the help stays light

    if isinstance(error, HwsimError):
        return str(error)
    if isinstance(error, OSError) and error.errno != EPIPE:
        return f"{error.filename or 'the output'}: {error.strerror or error}"
    if isinstance(error, UnicodeEncodeError):
        return f"{error.object!r} cannot be written as {error.encoding}"
    return None
