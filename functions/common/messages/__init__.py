"""What Stockcast's parts say to each other and to callers: events, submissions, parameters."""
