"""What callers download: tables, and variants of charts."""
