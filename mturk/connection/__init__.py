"""Calls: where they go, who signs them, how they are sent, repeated and paced."""
