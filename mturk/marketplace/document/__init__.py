"""The documents of questions, tests, answer keys and answers: what is accepted, and how answers are written."""
