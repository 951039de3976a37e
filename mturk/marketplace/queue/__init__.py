"""The marketplace's own queues, which speak SQS's JSON protocol."""
