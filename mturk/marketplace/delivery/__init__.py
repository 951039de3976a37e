"""Notifications on their way: the outbox, the senders, and where they may go."""
