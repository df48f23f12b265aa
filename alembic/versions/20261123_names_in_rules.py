"""People in alert rules by their names: everybody who reads rules saw their e-mail addresses."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_NAME = "regexp_replace(btrim(who.name), '[,;[:space:]]+', ' ', 'g')"
_NAMED = """UPDATE alert_rules SET {words} = (
    SELECT jsonb_agg(CASE WHEN (
        SELECT count(*) FROM users AS other
        WHERE other.fleet_id = who.fleet_id AND other.deleted_at IS NULL
        AND lower(other.name) = lower(who.name)) = 1
        THEN {name} ELSE {name} || ' #' || who.id END ORDER BY told.nth)
    FROM jsonb_array_elements_text(alert_rules.{ids}) WITH ORDINALITY AS told(id, nth)
    JOIN users AS who ON who.id = told.id::bigint)
WHERE jsonb_array_length({words}) > 0 AND jsonb_array_length({words}) = jsonb_array_length({ids})"""


def upgrade() -> None:
    for words, ids in (("people", "user_ids"), ("escalate_people", "escalate_user_ids")):
        op.execute(_NAMED.format(words=words, ids=ids, name=_NAME))


def downgrade() -> None:
    """Names are understood as well."""
