"""The database: its tables, transactions, keys, and how an older one is brought up to date."""
