"""The pages of the site, a file for each subject."""
