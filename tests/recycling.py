"""Emptying a test's database for the next test, which is far quicker than making a new one."""

from __future__ import annotations

import psycopg

LARGEST_BYTES = 60_000_000
"""A database that grew beyond this is not worth emptying."""
_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_EMPTY = """
DO $$
DECLARE item text;
BEGIN
    SET LOCAL session_replication_role = replica;  -- no triggers, no foreign keys
    FOR item IN SELECT c.oid::regclass FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relispartition
    LOOP
        EXECUTE 'DROP TABLE ' || item;
    END LOOP;
    FOR item IN SELECT format(
            CASE WHEN pg_relation_size(c.oid) > 1000000  -- what deleting leaves would be read
            THEN 'TRUNCATE %s CASCADE' ELSE 'DELETE FROM %s' END, c.oid::regclass
        ) FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
            AND c.relname <> 'alembic_version' AND pg_relation_size(c.oid) > 0
    LOOP
        EXECUTE item;
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE last_value IS NOT NULL;
END $$"""
"""All of it in one go: a commit for each table took longer than what most tests do."""
_SHAPE = """
SELECT md5(string_agg(said, E'\\n' ORDER BY said)) FROM (
    SELECT format('class %s %s', c.relname, c.relkind) FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('column %s %s %s', a.attrelid::regclass, a.attname, a.attnotnull)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND c.relkind IN ('r', 'p')
    UNION ALL SELECT format('constraint %s %s', conname, conrelid::regclass) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT format('trigger %s %s %s', tgname, tgrelid::regclass, tgenabled)
        FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT format('function %s %s', proname, md5(prosrc)) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
) AS parts (said)"""


def shape(url: str) -> str:
    """A fingerprint of a database's schema."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(_SHAPE.encode()).fetchone()
    return str(row[0]) if row else ""


def emptied(url: str, wanted_shape: str) -> bool:
    """Whether the database is as good as new: no rows, counters at their start, the same schema.

    What a test did to its schema is found out here, and such a database is given up.
    """
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_END_OTHERS)
            if _size(connection) > LARGEST_BYTES:
                return False
            connection.execute(_EMPTY.encode())
            row = connection.execute(_SHAPE.encode()).fetchone()
            return row is not None and row[0] == wanted_shape
    except psycopg.Error:
        return False


def _size(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(str(row[0])) if row else 0
