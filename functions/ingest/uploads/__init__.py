"""Reads the price files that people have: downloads, exports and spreadsheets, with pandas."""
