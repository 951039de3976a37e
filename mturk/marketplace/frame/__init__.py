"""HTML task pages as workers get them in the frame."""
