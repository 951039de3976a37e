"""Events: from a queue, from what SNS posts, or by looking, to the functions that want to know."""
