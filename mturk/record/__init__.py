"""What all models share: fields that load on first read, lists, relations, tables in a prompt."""
