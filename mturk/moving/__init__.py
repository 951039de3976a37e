"""What was done elsewhere, read out of files and databases."""
