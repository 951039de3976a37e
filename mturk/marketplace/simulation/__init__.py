"""Made-up workers, for load and tests."""
