"""The symbol directory: its source, its search, and which symbols have prices."""
