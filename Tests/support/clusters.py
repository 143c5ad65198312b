"""The cluster of a data directory: its version, its files, and the processes that work in it."""

import os


def version(service):
    """The major version of the cluster in its place."""
    with open(os.path.join(service.cluster(), "PG_VERSION"), encoding="ascii") as file:
        return file.read().strip()


def beside(service):
    """The names in the directory that holds the cluster, but for what belongs there."""
    usual = {"postgres", "waybill.lock", "dev-key.pem"}
    return sorted(set(os.listdir(service.data_dir)) - usual)


def working_below(directory):
    """The processes whose working directory is this one or below."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            place = os.readlink(f"/proc/{name}/cwd")
        except OSError:
            continue
        if place == directory or place.startswith(directory + os.sep):
            found.append(int(name))
    return found


def log_sizes(service):
    """The bytes of the server's log and of what was set aside."""
    path = os.path.join(service.cluster(), "postgres.log")
    return [os.path.getsize(name) if os.path.exists(name) else 0 for name in (path, path + ".1")]
