"""The services that answer commands: a running Stockcast over HTTP, or this process."""
