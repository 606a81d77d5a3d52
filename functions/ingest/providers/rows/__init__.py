"""From the rows of a provider to one clean history."""
