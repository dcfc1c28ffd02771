"""What a page says: lists, facts, answers, and whether they are what was asked for."""
