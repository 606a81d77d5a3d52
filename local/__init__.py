"""Runs all of Stockcast on one machine."""
