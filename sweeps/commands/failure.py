"""How a command ends when the question was wrong: one sentence on stderr, exit code 2, no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EPIPE
from typing import Any

import typer
from typer.core import TyperGroup

ANSWER_IS_BAD = 1
QUESTION_IS_BAD = 2

ClickError = typer.BadParameter.__mro__[2]
"""Base of what the parser of the command line raises; newer Typer brings a click of its own, older the package's."""


class SentenceGroup(TyperGroup):
    """A group of commands whose HwsimErrors become sentences, as do words that the command line does not know, files
    that cannot be read or written, and an interruption; every other error is a fault and shows itself."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        with _in_sentences():
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        with _in_sentences():
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands:
            from hwsim.errors import SpecError, nearest

            known = ", ".join(self.commands)
            raise SpecError(f"no command {args[0]!r}{nearest(args[0], self.commands)}; commands are {known}")
        return super().resolve_command(ctx, args)


@contextmanager
def _in_sentences() -> Iterator[None]:
    try:
        yield
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        typer.echo("hwsim: interrupted", err=True)
        raise typer.Exit(ANSWER_IS_BAD) from None
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
    if isinstance(error, ClickError):
        return _usage(error)
    if isinstance(error, OSError) and error.errno != EPIPE:
        return f"{error.filename or 'the output'}: {error.strerror or error}"
    if isinstance(error, UnicodeEncodeError):
        return f"{error.object!r} cannot be written as {error.encoding}"
    return None


def _usage(error: Any) -> str | None:
    """What the command line lacks or does not know; None if the whole help is the answer (no words were given)."""
    from hwsim.errors import nearest

    said = error.format_message().rstrip(".")
    if "\n" in said:
        return None
    ctx = error.ctx
    path = " ".join(["hwsim", *ctx.command_path.split()[1:]]) if ctx else "hwsim"
    if option := getattr(error, "option_name", None):
        known = (
            [name for param in ctx.command.get_params(ctx) for name in param.opts if name[:2] == "--"] if ctx else []
        )
        if known and option not in known and option[:2] == "--":
            where = path.removeprefix("hwsim ")
            return f"{where} has no option {option!r}{nearest(option, known)}; its options are {', '.join(known)}"
    return f"{said[:1].lower()}{said[1:]}; see '{path} --help'"
