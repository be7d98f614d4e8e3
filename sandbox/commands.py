"""What all commands share: mistakes in one line, exit codes, a console that fits, signals, what to type next."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from sandbox.errors import RoadtestError
from sandbox.secrecy import without_secrets

if TYPE_CHECKING:
    from rich.console import Console

DONE, FAILED = 0, 3
INTERRUPTED = 130
# Columns of tables: at least, and where there is no terminal.
NARROWEST, UNFOLDED = 40, 10_000


class Commands(click.Group):
    """Turns named failures into one clear message and the right exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as exc:
            raise Mistake(exc, f"{ctx.command_path} {ctx.invoked_subcommand or ''}".strip()) from exc
        except RoadtestError as exc:
            click.echo(f"roadtest: {exc}", err=True)
            ctx.exit(exc.exit_code)
        except KeyboardInterrupt:
            click.echo("roadtest: stopped", err=True)
            ctx.exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:  # who read the output has read enough
            _write_no_more()
            ctx.exit(DONE)
        except OSError as exc:
            _write_no_more()
            with contextlib.suppress(OSError):
                click.echo(f"roadtest: the output cannot be written: {exc.strerror or exc}", err=True)
            ctx.exit(FAILED)
        except Exception:
            # Python would end with 1, which says that something got worse or does not hold.
            traceback.print_exc()
            click.echo("roadtest: a fault of Roadtest itself (above); what was finished is kept", err=True)
            ctx.exit(FAILED)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as exc:
            raise Mistake(exc, ctx.command_path) from exc


def _write_no_more() -> None:
    """What is still in the buffer would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Mistake(click.ClickException):
    """What click says of a wrong command line, in one line."""

    exit_code = 2

    def __init__(self, found: click.UsageError, command: str) -> None:
        where = found.ctx.command_path if found.ctx else command
        super().__init__(f"{' '.join(found.format_message().split())} ({where} --help says more)")

    def show(self, file: IO[Any] | None = None) -> None:
        """Write it to standard error."""
        click.echo(f"roadtest: {self.message}", file=file, err=file is None)


def existing_run(_: click.Context, __: click.Parameter, path: Path) -> Path:
    from sandbox.errors import BadInput

    if not os.path.lexists(path):
        raise BadInput(f"{path}: there is no such directory")
    if not path.is_dir():
        raise BadInput(f"{path}: is not a directory; give the directory of a run")
    return path


def carry_out(make: Callable[[Any], Any], *, at_once: str = "", as_json: bool = False) -> Any:
    """Run a coroutine under a progress display, stopping cleanly at a signal.

    Args:
        at_once: what is said where a second signal leaves no time for that.
        as_json: progress for machines.
    """
    import anyio

    from sandbox.progress import make_progress, stderr_console
    from sandbox.progress_aside import Aside
    from sandbox.signals import interruptible

    with Aside(make_progress(stderr_console(), as_json=as_json)) as progress:
        return anyio.run(interruptible, lambda: make(progress), at_once)


def program_name() -> str:
    """Roadtest as it was called, so that what is printed can be typed."""
    return f"{sys.executable} -m sandbox" if sys.argv[0].endswith("__main__.py") else sys.argv[0]


# In place of a cap that was reached: no number, so that a command that is typed as it is printed is refused.
HIGHER = "HIGHER"


def go_on_command(directory: Path, *, raised: Sequence[str] = ()) -> str:
    """The whole command that goes on with a run.

    Args:
        raised: caps that have to be higher for that, by the names that are typed.
    """
    words = _without_limits([word for word in sys.argv[1:] if word != "--resume"], raised)
    for name in raised:
        words += ["--limit", f"{name}={HIGHER}"]
    if not any(word.partition("=")[0] == "--out" for word in words):
        words += ["--out", str(directory)]
    return without_secrets(f"{program_name()} {shlex.join(words)} --resume")


def _without_limits(words: Sequence[str], names: Sequence[str]) -> list[str]:
    """A command line without what --limit says of these."""
    kept: list[str] = []
    for word in words:
        if word.removeprefix("--limit=").partition("=")[0] not in names:
            kept.append(word)
        elif kept[-1:] == ["--limit"]:
            kept.pop()
        elif not word.startswith("--limit="):
            kept.append(word)
    return kept


def tell_notes(notes: Sequence[str]) -> None:
    for note in notes:
        click.echo(f"note: {note}", err=True)


def warn(lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(f"roadtest: {line}", err=True)


def output() -> Console:
    from rich.console import Console

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise  # rich calls this while it handles the BrokenPipeError, and would end with 1

    console = Output()
    told = os.environ.get("COLUMNS", "")
    # Through a pipe lines are passed on whole, to be searched and cut, unless a width is asked for.
    fitted = console.is_terminal or (told.isascii() and told.isdigit())
    return Output(width=max(console.width, NARROWEST) if fitted else UNFOLDED)
