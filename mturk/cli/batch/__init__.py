"""`mturk batch`: a folder with a task, a page and a table becomes HITs, and is seen through until all are paid."""
