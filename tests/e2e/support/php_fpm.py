"""php-fpm of Debian, with a configuration and scripts of its own: a FastCGI application that nobody here wrote."""

import os
import pathlib
import re
import socket
import subprocess

from .waiting import until

SHOW = """<?php
$body = file_get_contents('php://input');
header('Content-Type: application/json');
echo json_encode(['server' => $_SERVER, 'get' => $_GET, 'post' => $_POST, 'length' => strlen($body), 'sha256' => hash('sha256', $body),
                  'files' => array_map(fn($file) => [$file['size'], hash_file('sha256', $file['tmp_name'])], $_FILES)]);
"""


def binary():
    """php-fpm has its version in its name."""
    found = [path for path in pathlib.Path("/usr/sbin").glob("php-fpm*") if re.fullmatch(r"php-fpm[\d.]*", path.name)]
    assert found, "php-fpm is missing; run scripts/install-deps test"
    return sorted(found)[-1]


class PhpFpm:
    """Serves the scripts of `folder`/www: show.php (what PHP saw, as JSON) and those that the test writes."""

    def __init__(self, folder, port=None):
        self.root = folder / "www"
        self.root.mkdir(exist_ok=True)
        self.script("show.php", SHOW)
        self.port = port or self._free_port()
        self._config = folder / "php-fpm.conf"
        as_root = os.geteuid() == 0
        self._config.write_text(f"""[global]
error_log = {folder}/php-fpm.log
daemonize = no
[www]
{"user = root" if as_root else ""}
{"group = root" if as_root else ""}
listen = 127.0.0.1:{self.port}
pm = static
pm.max_children = 4
""")
        settings = {"log_errors": "1", "display_errors": "0", "post_max_size": "64M", "upload_max_filesize": "64M", "opcache.enable": "0"}
        arguments = [word for name, value in settings.items() for word in ("-d", f"{name}={value}")]
        self.process = subprocess.Popen([binary(), *(["-R"] if as_root else []), "-n", "-F", "-y", self._config, *arguments],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        until(self._listens_or_dead, what="php-fpm to listen")
        assert self.process.poll() is None, self.process.stderr.read()

    @staticmethod
    def _free_port():
        with socket.create_server(("127.0.0.1", 0)) as found:
            return found.getsockname()[1]

    def _listens_or_dead(self):
        if self.process.poll() is not None:
            return True
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def script(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def kill(self):
        """It and its children end at once (SIGTERM is php-fpm's quick end)."""
        self.process.terminate()
        self.process.wait(10)
        self.process.stderr.close()

    def close(self):
        if self.process.poll() is None:
            self.kill()
