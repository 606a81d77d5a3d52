"""Live progress of requests for everyone who watches them."""
