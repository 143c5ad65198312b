"""nginx and haproxy with the configuration that docs/proxies.md shows, on ports of the test's own."""

import os
import pathlib
import re
import shutil
import signal
import subprocess

from support.service import free_port
from support.waiting import wait_for

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "proxies.md"


def shown(language):
    """The page's one block of this language."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    if len(blocks) != 1:
        raise RuntimeError(f"{PAGE} has {len(blocks)} blocks of {language}")
    return blocks[0]


def adapted(text, changes):
    """The text with its places replaced; each must be in the text, so that the tested settings are the shown ones."""
    for old, new in changes.items():
        if old not in text:
            raise RuntimeError(f"{PAGE} does not say {old!r}")
        text = text.replace(old, new)
    return text


class Proxy:
    """A proxy that runs until it is closed. `timeout` replaces the page's 60 s."""

    def __init__(self, service, authority, timeout="60s"):
        self.port, self.timeout, self.service = free_port(), timeout, service
        self.directory = os.path.join(service.root, self.name)
        os.makedirs(self.directory)
        os.chmod(self.directory, 0o755)
        self.chain, self.key = authority.issue(self.name)
        self.configuration = os.path.join(self.directory, "configuration")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(self.settings())
        self.log = os.path.join(self.directory, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                start_new_session=True,
            )

    def workers(self):
        """The worker processes: the children of the process that was started."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return set(file.read().split())

    def reload(self, signal_number):
        """Sends the signal and returns when there is a new worker."""
        before = self.workers()
        self.process.send_signal(signal_number)
        wait_for(lambda: self.workers() - before, 10, f"{self.name} has reloaded")

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return " ".join(file.read()[-1000:].split())

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


class Nginx(Proxy):
    name = "nginx"

    def settings(self):
        server = adapted(
            shown("nginx"),
            {
                "listen 443": f"listen 127.0.0.1:{self.port}",
                "127.0.0.1:8080": f"127.0.0.1:{self.service.port}",
                "/etc/waybill/fullchain.pem": self.chain,
                "/etc/waybill/privkey.pem": self.key,
                "orders.example.com": "localhost",
                "60s": self.timeout,
            },
        )
        temporary = "".join(
            f"{kind}_temp_path {self.directory}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return (
            f"daemon off;\npid {self.directory}/pid;\nerror_log stderr;\nworker_processes 1;\n"
            f"events {{ worker_connections 1000; }}\nhttp {{\naccess_log off;\n{temporary}{server}}}\n"
        )

    def command(self):
        return [shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-c", self.configuration, "-e", "stderr"]

    def reload(self, signal_number=signal.SIGHUP):
        super().reload(signal_number)


class AuthorizedNginx(Nginx):
    """nginx that adds a token to every request, since an EventSource cannot send one."""

    name = "nginx-authorized"

    def __init__(self, service, authority, token):
        self.token = token
        super().__init__(service, authority)

    def settings(self):
        host = "proxy_set_header Host $host;"
        return adapted(super().settings(), {host: f'{host}\nproxy_set_header Authorization "Bearer {self.token}";'})


class StorefrontNginx(Nginx):
    """nginx for pages of another origin, which may also read that the service is away."""

    name = "nginx-storefront"

    def __init__(self, service, authority, origin):
        self.origin = origin
        super().__init__(service, authority)

    def settings(self):
        header = "add_header Access-Control-Allow-Origin"
        return adapted(super().settings(), {f"# {header} https://shop.example.com;": f"{header} {self.origin};"})


class Haproxy(Proxy):
    name = "haproxy"
    server_options = ""

    def settings(self):
        site = os.path.join(self.directory, "site.pem")
        with open(site, "w", encoding="ascii") as file:
            for path in (self.chain, self.key):
                with open(path, encoding="ascii") as part:
                    file.write(part.read())
        return adapted(
            shown("haproxy"),
            {
                "bind :443": f"bind 127.0.0.1:{self.port}",
                "/etc/waybill/site.pem": site,
                "60s": self.timeout,
                # Descriptors that a test may not have.
                "maxconn 20000": "maxconn 1000",
                "127.0.0.1:8080 check inter 2s": f"127.0.0.1:{self.service.port} check inter 2s{self.server_options}",
                "127.0.0.1:8080 track": f"127.0.0.1:{self.service.port}{self.server_options} track",
            },
        )

    def command(self):
        return [shutil.which("haproxy", path="/usr/sbin:/usr/bin"), "-W", "-db", "-f", self.configuration]

    def reload(self, signal_number=signal.SIGUSR2):
        super().reload(signal_number)


class HaproxyTwice(Haproxy):
    """haproxy with HTTP/2 to the service as well, as docs/proxies.md says."""

    name = "haproxy-http2"
    server_options = " proto h2"
