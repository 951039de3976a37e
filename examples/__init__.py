"""Data and task pages for `mturk demo` and the README.

`messages.csv` holds 24 messages of customers to a shop, made up for this project: an id, the message, and in
`label` what its author had in mind, which the workers of the demonstration mostly find and a requester would not
know. `label_message.html` is the page on which a worker chooses the label; Jinja2 fills in `message` and `labels`.
"""
