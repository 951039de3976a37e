"""Accounts: the people behind worker ids, how they come, sign in, change what is known of them, and go."""
