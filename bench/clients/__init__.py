"""Cheap clients that send questions and read the answers."""
