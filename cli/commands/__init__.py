"""The commands of `stockcast`, one module for each command."""
