"""What a command tells the shell it ended with."""

OK = 0
FAILED = 1
"""The request cannot succeed, however often you repeat it."""
USAGE = 2
"""An argument, a file or a setting is wrong; argparse ends with it, too."""
UNAVAILABLE = 3
"""Stockcast or a price provider does not answer or is too busy. The same command may work later."""
INTERRUPTED = 130
"""Ctrl-C, as shells have it."""

EXPLAINED = """\
exit codes:
  0    done
  1    the request failed; the message says why
  2    an argument, a file or a setting is wrong
  3    Stockcast or a price provider does not answer or is busy; try again later
  130  stopped with Ctrl-C
"""
