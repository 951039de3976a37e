"""The steps that bring a database from one form to the next, by Alembic; taken at start, where they are needed.

Until the first release there is one step, which makes the tables of `table.py` as they are. With the release its
content is written out (the tables of that day, as Alembic proposes them), and no step that was released is ever
changed again. The next one is made so, from the root of a checkout:

    export ALEMBIC_CONFIG=mturk/marketplace/database/migration/alembic.ini
    alembic upgrade head
    (change table.py)
    alembic revision --autogenerate --rev-id 0002 -m "what it does"

The first command makes a database of the present form in build/, the last one compares it with the changed tables.
Then read what was proposed, put its number into `table.VERSION`, and remove the database. What changes a table on
SQLite makes it anew (`with op.batch_alter_table(…)`), which tests/marketplace/test_upgrade.py does to one.
"""
