"""The API over HTTP: server, application, signed requests, throttling and faults."""
