"""The exit codes of the commands. argparse also uses 2, and shells use 130."""

OK, FAILED, USAGE, UNAVAILABLE, INTERRUPTED = 0, 1, 2, 3, 130

EXPLAINED = """\
exit codes:
  0    done
  1    the request failed (the message says why)
  2    an argument, a file or a setting is wrong
  3    Stockcast or a price provider does not answer or is busy (try again later)
  130  stopped with Ctrl-C
"""
