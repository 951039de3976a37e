"""Many calls at once, and how far they are."""
