"""Pages that misbehave, and pages that count what is done to them."""
