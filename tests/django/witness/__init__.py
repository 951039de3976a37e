"""An app that writes down which process was told of which event."""
