"""How instructions are read: English into intents."""
