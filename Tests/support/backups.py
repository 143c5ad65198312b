"""Copies of a running service's data, and their return."""

import os
import shutil
import signal
import subprocess

from support.waiting import wait_for


def back_up(service):
    """Copies the whole data directory while the service runs and nothing is written."""
    copy = service.data_dir + ".copy"
    for _ in range(5):
        service.sql("CHECKPOINT")
        if copied(service.data_dir, copy) and (
            service.cluster().startswith(service.data_dir) or copied(service.cluster(), copy + ".cluster")
        ):
            return
    raise RuntimeError("the data directory could not be copied")


def copied(source, target):
    shutil.rmtree(target, ignore_errors=True)
    # A socket cannot be copied, and a temporary file may go while one looks.
    answer = subprocess.run(["cp", "-a", source, target], capture_output=True, text=True, timeout=120)
    return answer.returncode == 0


def put_back(service):
    """Ends the service and PostgreSQL, and puts the copy in place of the data directory."""
    service.kill()
    service.kill_postmaster(signal.SIGQUIT)
    cluster = service.cluster()
    shutil.rmtree(service.data_dir)
    os.rename(service.data_dir + ".copy", service.data_dir)
    if not cluster.startswith(service.data_dir):
        shutil.rmtree(cluster)
        shutil.move(service.data_dir + ".copy.cluster", cluster)


def put_cluster_back(service):
    """Ends PostgreSQL, and puts the copy's cluster in place of the current one."""
    cluster = service.cluster()
    inside = cluster.startswith(service.data_dir)
    service.kill_postmaster(signal.SIGQUIT)
    shutil.rmtree(cluster)
    shutil.move(service.data_dir + (".copy/postgres" if inside else ".copy.cluster"), cluster)


def went_back(service, before_waking=lambda: None):
    """Replaces the database while the service is stopped by SIGSTOP, or it would start PostgreSQL again at once."""
    service.process.send_signal(signal.SIGSTOP)
    try:
        put_cluster_back(service)
        before_waking()
    finally:
        service.process.send_signal(signal.SIGCONT)
    wait_for(lambda: service.postmaster() and service.is_ready(), 60, "the service is ready again")
