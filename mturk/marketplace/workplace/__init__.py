"""What workers look for, hold, earned, were told, and say."""
