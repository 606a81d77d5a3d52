"""How web posts events to the broker."""
