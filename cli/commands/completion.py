"""`stockcast completion SHELL`: prints the script for tab completion in a shell."""

from __future__ import annotations

import argparse
import os
import sys

from cli.exit_codes import OK

SHELLS = ("bash", "zsh", "fish")
HOW = """\
for this shell session:
  source <(stockcast completion bash)
  source <(stockcast completion zsh)
  stockcast completion fish | source
for all future sessions, add that line to ~/.bashrc, ~/.zshrc (after compinit) or
~/.config/fish/config.fish.
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "completion",
        help="complete commands, options and tickers with the tab key",
        epilog=HOW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=SHELLS)
    parser.set_defaults(run=_print_script)


def answer_the_shell(parser: argparse.ArgumentParser) -> None:
    """Print completions and exit, if a shell asks for them."""
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete

        argcomplete.autocomplete(parser)


def _print_script(given: argparse.Namespace) -> int:
    from argcomplete.shell_integration import shellcode

    sys.stdout.write(shellcode(["stockcast"], shell=given.shell))
    return OK
