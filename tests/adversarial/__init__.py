"""Hostile pages, a model that obeys them, and an oracle outside of the product."""
