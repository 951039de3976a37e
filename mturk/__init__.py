"""An object-oriented SDK for Amazon Mechanical Turk requesters."""
