"""Who answers a command: a running Stockcast over HTTP, or this process."""
