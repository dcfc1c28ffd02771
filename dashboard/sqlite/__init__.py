"""The SQLite backend of `DATABASES`: Django's, with a queue for writers."""
