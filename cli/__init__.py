"""The command `stockcast`: one module a command, which `main` puts together."""
