"""A long snapshot, such as a dump's, keeps dead rows; commands cost what they cost before all the same."""

import subprocess

from support.lock_holder import Holder
from support.waiting import wait_for

# The commits of some minutes: each leaves a dead version of the head's row while the snapshot lasts.
COMMITS = 20_000
COMMANDS = 60


def counted(service):
    """The blocks of the head's table that statements have read, and the row's changes, as far as they are counted."""
    row = service.sql(
        "select i.heap_blks_hit + i.heap_blks_read, t.n_tup_upd from pg_statio_user_tables i "
        "join pg_stat_user_tables t using (relid) where i.relname = 'log_head'",
        "waybill",
    )
    return [int(value) for value in row.split("|")]


def commits_of_another_process(service, count):
    command, options = service.psql("waybill")
    script = f"""
        set synchronous_commit = off;
        do $$ begin
            for n in 1..{count} loop
                update log_head set recorded_at = recorded_at + interval '1 microsecond' where ctid = (
                    select max(ctid) from log_head where ctid >= format('(%s,0)', greatest(
                        0, pg_relation_size('log_head') / 8192 - 1))::tid);
                commit;
            end loop;
        end $$;
    """
    subprocess.run(command, input=script, text=True, check=True, timeout=120, capture_output=True, **options)


def placed(bench):
    """Blocks of the head's table that are read for a command, over some commands one after another."""
    blocks, changes = counted(bench.service)
    for _ in range(COMMANDS):
        bench.place()
    # A session tells what it has read and changed within some seconds, both at once.
    wait_for(lambda: counted(bench.service)[1] >= changes + COMMANDS, 30, "the commands are counted", 0.2)
    return (counted(bench.service)[0] - blocks) / COMMANDS


def test_commands_read_no_dead_versions_of_the_head(bench, check):
    service = bench.service
    usual = placed(bench)
    snapshot = ("set transaction isolation level repeatable read", "select count(*) from log_head")
    with Holder(service, *snapshot):
        commits_of_another_process(service, COMMITS)
        blocks = int(service.sql("select pg_relation_size('log_head') / 8192", "waybill"))
        check("the snapshot keeps the dead versions", blocks > 100, blocks)
        # The first one has to look for the row, which another process has moved.
        bench.place()
        under = placed(bench)
    check.note(f"blocks of the head's table a command: {usual:.1f} usually, {under:.1f} with {COMMITS} dead versions")
    check(
        "a command reads few blocks of the head's table", under < 20, f"{under:.1f}, usually {usual:.1f}, of {blocks}"
    )
    check("the log is whole", int(service.sql("select count(*) - max(seq) from events", "waybill")) == 0)
