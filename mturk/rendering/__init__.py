"""Templates: the Jinja2 environments, the ${placeholders} of MTurk's own site, and what a page needs."""
