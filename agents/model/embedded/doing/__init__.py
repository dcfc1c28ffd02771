"""What is done on a page: deeds, forms, and what a page answers."""
