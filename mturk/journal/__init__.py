"""The journal of a batch: its rows, and what became of each, safe on disk before and after every call."""
