"""The frame in which a task page is shown: what is added to the page, and what it may load."""
