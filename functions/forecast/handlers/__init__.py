"""What the forecast function does with each event: one verb a module."""
