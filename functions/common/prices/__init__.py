"""Price histories: their type, their place in S3, trading calendars and the symbol directory."""
