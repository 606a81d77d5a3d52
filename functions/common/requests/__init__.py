"""The life of a request in Redis, from the first record to the stored result.

A handler takes a `turn` (turn.py); that batches are counted, figures kept, the backlog left and
results remembered is this room's own business. Each step is one script (steps.lua).
"""
