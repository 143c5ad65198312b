"""The plans by which a server answers statements, from its own log (`auto_explain`)."""

import json
import os
import re

from support.waiting import wait_for

_ACTIVE = "select count(*) from pg_stat_activity where application_name like 'waybill%' and state = 'active'"
_BEGIN = re.compile(rb"LOG:  duration: [0-9.]+ ms  plan:$")


def can_log_plans(server):
    """Tells whether the server's build has `auto_explain`; some packages leave out PostgreSQL's additional modules."""
    libraries = server.sql("select setting from pg_config where name = 'PKGLIBDIR'").strip()
    return os.path.exists(os.path.join(libraries, "auto_explain.so"))


def log_plans(server, database):
    """Makes the sessions that begin from now on log the plan of each statement."""
    for setting, value in {
        "session_preload_libraries": "auto_explain",
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_format": "json",
    }.items():
        server.sql(f"alter database {database} set {setting} = '{value}'")


class Plan:
    """One statement and its plan."""

    def __init__(self, logged):
        self.text = " ".join(logged["Query Text"].split())
        self.scans = [node for node in _nodes(logged["Plan"]) if "Relation Name" in node or "Index Name" in node]

    def indexes(self):
        return {node["Index Name"] for node in self.scans if "Index Name" in node}

    def unbounded(self, tables):
        """The scans of these tables, or of their parts, that read all rows: without an index, or a whole index.

        A statement that takes no row, such as a probe of a table's locks, does not run its scans.
        """
        if self.text.endswith(" limit 0"):
            return []
        return [
            f"{node['Node Type']} on {node['Relation Name']} {node.get('Index Name', '')}"
            for node in self.scans
            if re.sub(r"_(v\d+|\d{8}|default)$", "", node.get("Relation Name", "")) in tables
            and node["Node Type"] not in ("ModifyTable", "Bitmap Heap Scan")
            and "Index Cond" not in node
        ]


def _nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


class PlanLog:
    """Reads the plans that a server has logged since the last look."""

    def __init__(self, server):
        self._server = server
        self._path = server.directory + ".log"
        self.skip()

    def skip(self):
        with open(self._path, "rb") as file:
            self._offset = file.seek(0, 2)

    def read(self):
        # A session logs a plan when its statement ends, which may be after the answer.
        wait_for(lambda: self._server.sql(_ACTIVE) == "0", 15, "the sessions are idle")
        with open(self._path, "rb") as file:
            file.seek(self._offset)
            lines = file.readlines()
        plans, offset, begun, logged = [], self._offset, None, b""
        for line in lines:
            if begun is not None and line.startswith(b"\t"):
                logged += line[1:]
            else:
                begun, logged = (offset, b"") if _BEGIN.search(line) else (None, b"")
            offset += len(line)
            if begun is not None and line == b"\t}\n":
                plans.append(Plan(json.loads(logged)))
                begun = None
        # A message that is half written is read by the next look.
        self._offset = offset if begun is None else begun
        return plans
