"""Processes whose wall clock is ahead, or whose fsync does not return, by a library loaded before the system's."""

import contextlib
import datetime
import os
import pathlib
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).with_name("preload.c")


def library(folder):
    """Compiles the library into a folder that other users can enter. Skips the test where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        pytest.skip("no C compiler is installed")
    path = os.path.join(folder, "preload.so")
    subprocess.run([compiler, "-O2", "-Wall", "-shared", "-fPIC", "-o", path, str(SOURCE)], check=True, timeout=60)
    return path


def seconds_until_midnight():
    """The seconds until the next day begins in UTC."""
    now = datetime.datetime.now(datetime.UTC)
    tomorrow = (now + datetime.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()


class HeldSync:
    """The environment of processes whose fsync waits inside the scope `held`."""

    def __init__(self, folder):
        self._path = os.path.join(folder, "hold-sync")
        self.environment = {"LD_PRELOAD": library(folder), "TEST_HOLD_SYNC": self._path}

    @contextlib.contextmanager
    def held(self):
        with open(self._path, "x", encoding="ascii"):
            pass
        try:
            yield
        finally:
            os.remove(self._path)
