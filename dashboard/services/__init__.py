"""Verbs: each changes state in one transaction, the row and its event together."""
