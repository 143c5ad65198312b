"""A base backup and archived WAL, restored up to a point: the log is as it was there, and lost ids are told so."""

import os
import pathlib

from support.postgres_server import Server
from support.restored import Story
from support.waiting import wait_for


def test_log_is_restored_up_to_a_point(service, check):
    server = Server(os.path.join(service.root, "server")).make()
    archive = server.folder("archive")
    server.configure("archive_mode = on", f"archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'").start()
    restored = Server(os.path.join(service.root, "restored"))
    story = None
    try:
        server.sql("create database waybill")
        # Orders go on while the backup is made, and come from the archive then.
        story = Story(service, server, midway=lambda: back_up(server, restored))
        server.sql("select pg_create_restore_point('before_the_mistake')")
        story.goes_on()
        story.stop()
        archives(server)
        server.stop()
        restored.configure(
            "archive_mode = off",
            f"restore_command = 'cp {archive}/%f %p'",
            "recovery_target_name = 'before_the_mistake'",
            "recovery_target_action = promote",
        )
        pathlib.Path(restored.directory, "recovery.signal").touch()
        restored.start()
        wait_for(lambda: restored.sql("select pg_is_in_recovery()") == "f", 30, "the point was reached")
        story.restored(check, restored, "point in time")
    finally:
        if story:
            story.stop()
        server.close()
        restored.close()


def back_up(server, target):
    server.tool("pg_basebackup", "-D", target.directory, "--checkpoint=fast")


def archives(server):
    """Waits until the archive holds all that the server has written."""
    last = server.sql("select pg_walfile_name(pg_switch_wal())")
    wait_for(
        lambda: server.sql(f"select coalesce(last_archived_wal >= '{last}', false) from pg_stat_archiver") == "t",
        30,
        f"{last} is archived",
    )
