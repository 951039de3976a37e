"""What a marketplace tells its owner of itself: who did what, how it does, and what goes wrong."""
