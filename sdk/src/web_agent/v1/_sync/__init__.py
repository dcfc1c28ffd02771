"""The same without `await`. Four files here are made from `_async` by `scripts/sync_twin.py`."""
