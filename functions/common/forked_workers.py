"""Lets SIGTERM end a worker that gunicorn has only just forked.

The worker starts with gunicorn's own handler, which only notes the signal and so loses it. Then
gunicorn waits 30 seconds, and kills the worker.
"""

from __future__ import annotations

import os
import signal

TERMINATION = {signal.SIGTERM}


def end_at_sigterm() -> None:
    """Hold back SIGTERM during each fork. A new worker ends at it until it has its own handler.

    Call this while a function is imported, before its server is created.
    """
    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, TERMINATION),
        after_in_parent=_accept,
        after_in_child=_forget_handler,
    )


def _accept() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TERMINATION)


def _forget_handler() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _accept()
