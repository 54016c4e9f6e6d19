"""The archive: people, matters, records with revisions, turns and edits, keys, the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the tables."""
    _person()
    _session()
    _matter()
    _membership()
    _record()
    _revision()
    _known_speaker()
    _speaker()
    _turn()
    _edit()
    _glossary_entry()
    _minutes()
    _glass()
    _file_key()
    _audit()
    op.execute("INSERT INTO counter (name, value) VALUES ('audit', 0)")
    _keep_the_log()


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.Column("subject", sa.Text),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("login", name="uq_person_login"),
        sa.UniqueConstraint("subject", name="uq_person_subject"),
    )


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("csrf", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name="fk_session_person", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_session_person", "session", ["person"])


def _matter() -> None:
    op.create_table(
        "matter",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_matter"),
        sa.UniqueConstraint("kind", "name", name="uq_matter_kind_name"),
    )


def _membership() -> None:
    op.create_table(
        "membership",
        sa.Column("matter", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("matter", "person", name="pk_membership"),
        sa.ForeignKeyConstraint(
            ["matter"], ["matter.id"], name="fk_membership_matter", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_membership_person", "membership", ["person"])


def _record() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("matter", sa.Text),
        sa.Column("occurred", sa.DateTime(timezone=True)),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("duration", sa.Float, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("record_class", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record"),
        sa.ForeignKeyConstraint(["matter"], ["matter.id"], name="fk_record_matter"),
    )
    op.create_index("ix_record_added", "record", ["added"])
    op.create_index("ix_record_matter", "record", ["matter"])
    op.create_index("ix_record_sha256", "record", ["sha256"])


def _revision() -> None:
    op.create_table(
        "revision",
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("work", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("record", "number", name="pk_revision"),
        sa.ForeignKeyConstraint(
            ["record"], ["record.id"], name="fk_revision_record", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_revision_work", "revision", ["work"])


def _known_speaker() -> None:
    op.create_table(
        "known_speaker",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("matter", sa.Text),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_speaker"),
        sa.ForeignKeyConstraint(
            ["matter"], ["matter.id"], name="fk_known_speaker_matter", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_known_speaker_matter", "known_speaker", ["matter"])


def _speaker() -> None:
    op.create_table(
        "speaker",
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("known", sa.Text),
        sa.PrimaryKeyConstraint("record", "id", name="pk_speaker"),
        sa.ForeignKeyConstraint(
            ["known"], ["known_speaker.id"], name="fk_speaker_known_speaker", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["record"], ["record.id"], name="fk_speaker_record", ondelete="CASCADE"
        ),
    )


def _turn() -> None:
    op.create_table(
        "turn",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("start", sa.Float, nullable=False),
        sa.Column("end", sa.Float, nullable=False),
        sa.Column("speaker", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_turn"),
        sa.UniqueConstraint("record", "position", name="uq_turn_record_position"),
        sa.ForeignKeyConstraint(
            ["record"], ["record.id"], name="fk_turn_record", ondelete="CASCADE"
        ),
    )


def _edit() -> None:
    op.create_table(
        "edit",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_edit"),
        sa.ForeignKeyConstraint(
            ["record"], ["record.id"], name="fk_edit_record", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_edit_record", "edit", ["record"])


def _glossary_entry() -> None:
    op.create_table(
        "glossary_entry",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("matter", sa.Text),
        sa.Column("surface", sa.Text, nullable=False),
        sa.Column("reading", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_glossary_entry"),
        sa.ForeignKeyConstraint(
            ["matter"], ["matter.id"], name="fk_glossary_entry_matter", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_glossary_entry_matter", "glossary_entry", ["matter"])


def _minutes() -> None:
    op.create_table(
        "minutes",
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("record", "number", name="pk_minutes"),
        sa.ForeignKeyConstraint(
            ["record"], ["record.id"], name="fk_minutes_record", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["record", "revision"],
            ["revision.record", "revision.number"],
            name="fk_minutes_revision",
            ondelete="CASCADE",
        ),
    )


def _glass() -> None:
    op.create_table(
        "glass",
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "record", name="pk_glass"),
        sa.ForeignKeyConstraint(
            ["record"], ["record.id"], name="fk_glass_record", ondelete="CASCADE"
        ),
    )


def _file_key() -> None:
    op.create_table(
        "file_key",
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("master", sa.Text, nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file", name="pk_file_key"),
    )
    op.create_index("ix_file_key_master", "file_key", ["master"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )


def _keep_the_log() -> None:
    """Whoever gets at the database by another program is at least told that rows stay."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"
    )
