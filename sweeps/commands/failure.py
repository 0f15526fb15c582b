"""How a command ends when the question was wrong: one sentence on stderr, exit code 2, no traceback."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

ANSWER_IS_BAD = 1
QUESTION_IS_BAD = 2


class SentenceGroup(TyperGroup):
    """A group of commands whose HwsimErrors become sentences; every other error is a fault and shows itself."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            from hwsim.errors import HwsimError  # here, so that the help stays light

            if not isinstance(error, HwsimError):
                raise
            typer.echo(f"hwsim: {error}", err=True)
            raise typer.Exit(QUESTION_IS_BAD) from None
