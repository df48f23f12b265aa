"""The audit log: what is in it stays as it is, and is found quickly."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Entries go only as retention allows: by somebody who says so, and not before they are seven
# years old. Whoever owns the database can drop a trigger; the hash chain tells of that.
GUARD_ENTRIES = """
CREATE FUNCTION guard_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('fleet.audit_retention', true) = 'on' THEN
        IF OLD.at < now() - interval '7 years' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'entries of the audit log are neither changed nor deleted'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER guard_audit_entries BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION guard_audit_entries();
CREATE TRIGGER guard_all_audit_entries BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION guard_audit_entries()
"""
GUARD_HEADS = """
CREATE FUNCTION guard_audit_heads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.chain = OLD.chain AND NEW.sequence > OLD.sequence THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the end of a chain of the audit log only moves on'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER guard_audit_heads BEFORE UPDATE OR DELETE ON audit_heads
    FOR EACH ROW EXECUTE FUNCTION guard_audit_heads();
CREATE TRIGGER guard_all_audit_heads BEFORE TRUNCATE ON audit_heads
    FOR EACH STATEMENT EXECUTE FUNCTION guard_audit_heads()
"""
TABLE = "audit_entries"
INDEXES = {
    "ix_audit_entries_at": ["chain", "at", "id"],
    "ix_audit_entries_newest": ["at", "id"],
    "ix_audit_entries_kind": ["chain", "kind", "at", "id"],
    "ix_audit_entries_actor": ["chain", "actor_id", "at", "id"],
    "ix_audit_entries_action": ["chain", "action", "at", "id"],
    "ix_audit_entries_object": ["kind", "object_id", "at", "id"],
}
FORMER = {
    "ix_audit_entries_at": ["chain", "at"],
    "ix_audit_entries_actor_id": ["actor_id"],
    "ix_audit_entries_action": ["action"],
    "ix_audit_entries_object": ["chain", "kind", "object_id"],
}


def upgrade() -> None:
    _replace(FORMER, INDEXES)
    op.execute(GUARD_ENTRIES)
    op.execute(GUARD_HEADS)


def downgrade() -> None:
    for table in ("audit_entries", "audit_heads"):
        op.execute(f"DROP FUNCTION guard_{table} CASCADE")
    _replace(INDEXES, FORMER)


def _replace(old: dict[str, list[str]], new: dict[str, list[str]]) -> None:
    for name in old:
        op.drop_index(name, table_name=TABLE)
    for name, columns in new.items():
        op.create_index(name, TABLE, columns)
