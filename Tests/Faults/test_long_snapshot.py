"""A long snapshot, such as a dump's, keeps dead rows; commands cost what they cost before all the same."""

import subprocess

from support.lock_holder import Holder
from support.waiting import wait_for

# The commits of some minutes: each leaves a dead version of the head's row while the snapshot lasts.
COMMITS = 20_000
COMMANDS = 60


def read_blocks(service, table):
    """The blocks of a table, not of its indexes, that statements have read so far."""
    return int(
        service.sql(
            f"select heap_blks_hit + heap_blks_read from pg_statio_user_tables where relname = '{table}'", "waybill"
        )
    )


def settled(service, table):
    """The same once the sessions have reported what they read, each second; probes read a few all the time."""
    seen = [read_blocks(service, table)]

    def steady():
        seen.append(read_blocks(service, table))
        return len(seen) > 5 and seen[-1] - seen[-6] < 100

    wait_for(steady, 20, f"the blocks of {table} are counted", 0.3)
    return seen[-1]


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


def placed(bench, count):
    """Blocks of the head's table that are read for a command, also by all that follows the log."""
    before = settled(bench.service, "log_head")
    for _ in range(count):
        last = bench.place()
    bench.expect("the list follows", 200, "GET", f"/v1/orders?limit=1&min_position={last['position']}")
    return (settled(bench.service, "log_head") - before) / count


def test_commands_read_no_dead_versions_of_the_head(bench, check):
    service = bench.service
    usual = placed(bench, COMMANDS)
    snapshot = ("set transaction isolation level repeatable read", "select count(*) from log_head")
    with Holder(service, *snapshot):
        commits_of_another_process(service, COMMITS)
        blocks = int(service.sql("select pg_relation_size('log_head') / 8192", "waybill"))
        check("the snapshot keeps the dead versions", blocks > 100, blocks)
        # The first one has to look for the row, which another process has moved.
        bench.place()
        under = placed(bench, COMMANDS)
    check.note(f"blocks of the head's table a command: {usual:.1f} usually, {under:.1f} with {COMMITS} dead versions")
    check(
        "a command reads few blocks of the head's table", under < 20, f"{under:.1f}, usually {usual:.1f}, of {blocks}"
    )
    check("the log is whole", int(service.sql("select count(*) - max(seq) from events", "waybill")) == 0)
