"""Limits per client, and refusals when web is busy."""
