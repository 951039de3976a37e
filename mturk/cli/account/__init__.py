"""The commands about what a requester's account holds."""
