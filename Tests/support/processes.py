"""Several service processes on one database, as an operator runs them behind a load balancer."""

import contextlib
import http.client
import os
import re
import signal

from support.client import Client, connect
from support.service import Service


class Member(Service):
    """A process of a group: its own port, the data directory of the first one, so that one token opens them all."""

    def __init__(self, binary, first, url):
        super().__init__(binary)
        self.options = ["--database-url", url]
        if first:
            self.data_dir = first.data_dir

    def metric(self, name):
        """The sum of a metric over its labels; None where the process does not answer within a second."""
        connection = connect(self.port, self.tls, 1)
        try:
            connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {self.operator}"})
            text = connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        lines = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
        return sum(float(line) for line in lines)

    def leads(self):
        return self.metric("waybill_leader") == 1

    def stop(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)


class Group:
    """The processes of one database."""

    def __init__(self, members):
        self.members = members
        first = members[0]
        self.backend = first.token("backend", "aurora")
        self.operator = first.token("operator", "aurora")
        for member in members:
            member.operator = self.operator

    def leaders(self):
        return [member for member in self.members if member.process.poll() is None and member.leads()]

    def leader(self):
        """The one leader; None where there is none, or more than one."""
        found = self.leaders()
        return found[0] if len(found) == 1 else None

    def others(self, member):
        return [other for other in self.members if other is not member]

    def client(self, member, token=None):
        return Client(member.port, token or self.backend)


@contextlib.contextmanager
def group(binary, urls):
    """Started processes, one for each address of the same database."""
    members = []
    try:
        for url in urls:
            members.append(Member(binary, members[0] if members else None, url))
            members[-1].start()
        yield Group(members)
    finally:
        for member in members:
            if member.process and member.process.poll() is None:
                # One that is stopped takes no SIGTERM.
                with contextlib.suppress(ProcessLookupError):
                    member.go_on()
        for member in reversed(members):
            member.close()
