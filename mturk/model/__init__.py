"""The models: what a requester works with, and the verbs that each carries."""
