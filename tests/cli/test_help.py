"""What `--help` prints: what happens without an option, and what takes time."""

import click
import pytest

from verifier.cli import COMMANDS, nestproof


def options_of(name: str) -> list[click.Option]:
    command = nestproof.get_command(click.Context(nestproof), name)
    assert command is not None
    return [param for param in command.params if isinstance(param, click.Option)]


@pytest.mark.parametrize("name", COMMANDS)
def test_of_every_number_the_help_says_what_holds_without_it(name: str) -> None:
    for option in options_of(name):
        if isinstance(option.type, click.IntRange | click.FloatRange) and not option.show_default:
            assert option.help is not None
            assert "default: " in option.help or "without it" in option.help, option.name
