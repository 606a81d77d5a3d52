"""The web function: the page and the HTTP API."""
