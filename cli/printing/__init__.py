"""Texts, tables and plots for the terminal."""
