"""Reads price histories into NumPy columns for the models."""
