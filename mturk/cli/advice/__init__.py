"""What `mturk doctor` says: a line for each thing, and what to do where something is wrong."""
