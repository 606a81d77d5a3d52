"""The life of a request in Redis, from its first record to its stored result.

A handler takes a `Turn` (turn.py). This package also updates batches, metrics, the backlog and the
latest results, so handlers need not. Each step is one script (steps.lua).
"""
