"""Quality: how far workers agree, which answer to take, and how workers do."""
