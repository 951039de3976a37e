"""The marketplace: a service that speaks the Mechanical Turk Requester API."""
