"""Turns measurements into tables, a plot and a capacity model."""
