"""Price histories, their storage in S3, trading calendars and the symbol directory."""
