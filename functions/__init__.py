"""The three functions, and what they share."""
