"""Questions, tests and answers: the documents, what they are made of, and how they are read and checked."""
