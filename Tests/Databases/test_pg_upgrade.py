"""A server moved to a later version by `pg_upgrade`: ids of before go on, and the next event begins a new epoch."""

import os

import pytest

from support.postgres_server import Server
from support.postgres_versions import programs_or_skip
from support.restored import Story


@pytest.mark.parametrize(("old", "new"), [("15", "18"), ("16", "18")])
def test_upgraded_server_is_served(service, check, old, new):
    before, after = (
        Server(os.path.join(service.root, f"{old}-{new}-{name}"), programs_or_skip(version))
        for name, version in (("before", old), ("after", new))
    )
    story = None
    try:
        before.make().start().sql("create database waybill")
        story = Story(service, before)
        story.stop()
        before.stop()
        # Both clusters need the same choice of checksums, which PostgreSQL 18 makes by default.
        after.make("--no-data-checksums").upgrade_from(before)
        after.start().tool("vacuumdb", "--all", "--analyze-in-stages", "--quiet")
        version = after.sql("show server_version", "waybill")
        check(f"{old} to {new}: the later version runs", version.startswith(new), version)
        story.restored(check, after, f"{old} to {new}")
    finally:
        if story:
            story.stop()
        before.close()
        after.close()
