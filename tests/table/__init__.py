"""Tables: the rows that go in, and the results that come out."""
