"""Events: heard from a queue, a topic, a poll or a marketplace in this process, and told to handlers once."""
