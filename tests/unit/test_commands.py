"""What all commands share."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from sandbox.commands import Commands
from sandbox.errors import BadInput, HarnessError


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        (BadInput("x.toml: tasks: none"), 2, "roadtest: x.toml: tasks: none\n"),
        (HarnessError("disk"), 3, "roadtest: disk\n"),
        (click.UsageError("no such option"), 2, "roadtest: no such option (program word --help says more)\n"),
        (KeyboardInterrupt(), 130, "roadtest: stopped\n"),
        # 1 says that something got worse, or does not hold; a fault of the program itself says neither.
        (
            ZeroDivisionError("by nought"),
            3,
            "ZeroDivisionError: by nought\nroadtest: a fault of Roadtest itself (above)",
        ),
        (ExceptionGroup("two", [ValueError("one")]), 3, "roadtest: a fault of Roadtest itself (above)"),
        (click.exceptions.Exit(7), 7, ""),
    ],
)
def test_whatever_is_raised_has_a_code_and_words(raised: BaseException, code: int, words: str) -> None:
    @click.group(cls=Commands)
    def program() -> None:
        pass

    @program.command()
    def word() -> None:
        raise raised

    done = CliRunner().invoke(program, ["word"], prog_name="program")
    assert done.exit_code == code
    assert words in done.stderr
