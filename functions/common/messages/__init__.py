"""The messages between Stockcast's functions and its callers: events, submissions, documents."""
