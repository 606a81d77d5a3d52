"""Who may ask how much, and what web refuses when it is busy."""
