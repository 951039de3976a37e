"""Requesters and workers: who they are, what they own and earn, what they are told."""
