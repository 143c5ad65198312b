"""A host name of the test's own, whose lookup hangs on command."""

import os
import subprocess

NAME = "database.test"
SOURCE = """\
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
        dlsym(RTLD_NEXT, "getaddrinfo");
    int is_numeric = hints && (hints->ai_flags & AI_NUMERICHOST);
    if (node && !is_numeric && strcmp(node, "database.test") == 0) {
        while (access(getenv("HANGING_NAMES"), F_OK) == 0) usleep(20000);
        node = "127.0.0.1";
    }
    return next(node, service, hints, found);
}
"""


class Names:
    """Makes the name known to programs that run with `environment`; it is the loopback address."""

    def __init__(self, directory):
        source, library = os.path.join(directory, "names.c"), os.path.join(directory, "names.so")
        self._mark = os.path.join(directory, "names-hang")
        with open(source, "w", encoding="ascii") as file:
            file.write(SOURCE)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True, timeout=60)
        self.environment = {"LD_PRELOAD": library, "HANGING_NAMES": self._mark}

    def hang(self):
        open(self._mark, "w", encoding="ascii").close()

    def answer(self):
        os.unlink(self._mark)
