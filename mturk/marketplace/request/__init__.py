"""What an operation takes: members and limits, pages of lists, request tokens."""
