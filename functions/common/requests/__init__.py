"""The life of a request in Redis, from the first record to the stored result."""
