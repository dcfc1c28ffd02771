"""The engine: browsers, the guarded executor, models and the run loop. Knows nothing of Django."""
