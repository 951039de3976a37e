"""Batches: a table of rows and a page become HITs, each exactly once, however often the work is interrupted."""
