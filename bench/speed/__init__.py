"""How fast: one module for each figure."""
