"""What keeps a marketplace running for years: copies, checks, new master keys, and the end of what is old."""
