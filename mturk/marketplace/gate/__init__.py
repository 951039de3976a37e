"""Who gets in: connections and their limits, what waits at them, and heads of requests that are clear."""
