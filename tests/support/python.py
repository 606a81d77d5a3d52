"""Python code in a process of its own."""

import subprocess
import sys


def printed(code, *arguments, env=None, most_s=300):
    """What `code` prints. Without `env`, it has the environment of the tests."""
    argv = [sys.executable, "-c", code, *arguments]
    ran = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=most_s)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
