"""`manage.py up`: starts the whole product as children of one command and keeps them running.

Nothing here imports Django before the children have been started: a second start is ready in
seconds because its processes import at the same time, and because nobody waits for a migration
that is not needed.
"""
