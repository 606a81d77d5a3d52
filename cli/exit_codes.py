"""The exit codes of the commands."""

OK = 0
FAILED = 1
"""The request failed, and repeating it does not help."""
USAGE = 2
"""An argument, a file or a setting is wrong. argparse uses the same code."""
UNAVAILABLE = 3
"""Stockcast or a price provider does not answer or is busy. The same command may work later."""
INTERRUPTED = 130
"""The user pressed Ctrl-C. Shells use the same code."""

EXPLAINED = """\
exit codes:
  0    done
  1    the request failed (the message says why)
  2    an argument, a file or a setting is wrong
  3    Stockcast or a price provider does not answer or is busy (try again later)
  130  stopped with Ctrl-C
"""
