"""What a command tells the shell it ended with."""

OK = 0
FAILED = 1
"""What was asked cannot be answered, however often it is tried."""
USAGE = 2
"""An argument, a file or a setting is wrong; argparse ends with it, too."""
UNAVAILABLE = 3
"""Stockcast or a provider of prices does not answer or is too busy: the same may succeed later."""
INTERRUPTED = 130
"""Ctrl-C, as shells have it."""

EXPLAINED = """\
exit codes:
  0    done
  1    what was asked cannot be answered; the message says why
  2    a bad argument, file or setting
  3    Stockcast or a provider of prices does not answer or is busy; try again later
  130  ended with Ctrl-C
"""
