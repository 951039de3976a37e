"""Question forms as HTML: drawn for workers, and read when they come back. No database, no web framework."""
