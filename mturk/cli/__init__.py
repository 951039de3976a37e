"""The command line: the program, its commands, and what each of them does."""
