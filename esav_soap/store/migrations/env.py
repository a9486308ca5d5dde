"""Run by Alembic: migrates on the connection that ``esav_soap.store.schema`` gives, in its transaction."""

from __future__ import annotations

from alembic import context

from esav_soap.store.tables import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables,
    compare_type=True,
    compare_server_default=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
