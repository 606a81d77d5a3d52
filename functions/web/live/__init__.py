"""Live progress of requests."""
