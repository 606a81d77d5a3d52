"""Writes data files that are part of Stockcast. Nothing here measures anything."""
