"""The symbol directory: where web gets it, and how it is searched."""
