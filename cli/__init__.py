"""The command `stockcast`. `main` combines the commands, and each command has its own module."""
