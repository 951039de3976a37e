"""The delivery of notifications: the outbox, the sender, and the destinations that are allowed."""
