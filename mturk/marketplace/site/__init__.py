"""The site at which workers find HITs, do them, and see what they earned."""
