"""Reads users' price files with pandas: downloads, exports and spreadsheets."""
