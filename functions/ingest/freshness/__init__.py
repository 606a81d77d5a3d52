"""Decides whether stored prices are fresh enough, and updates them."""
