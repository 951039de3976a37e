"""HITs and assignments: published, worked on, decided, paid, reviewed, ended."""
