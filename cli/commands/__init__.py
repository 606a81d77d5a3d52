"""The commands of `stockcast`: one module a command."""
