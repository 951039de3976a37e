"""What was done elsewhere, brought into a marketplace."""
