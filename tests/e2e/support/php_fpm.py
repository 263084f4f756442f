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

    def __init__(self, folder):
        self.root = folder / "www"
        self.root.mkdir(exist_ok=True)
        self.script("show.php", SHOW)
        log, config = folder / "php-fpm.log", folder / "php-fpm.conf"
        settings = {"log_errors": "1", "display_errors": "0", "post_max_size": "64M", "upload_max_filesize": "64M"}
        arguments = [word for name, value in settings.items() for word in ("-d", f"{name}={value}")]
        as_root = os.geteuid() == 0
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            config.write_text("\n".join([
                "[global]", f"error_log = {log}", "daemonize = no", "[www]", f"listen = 127.0.0.1:{self.port}", "pm = static",
                "pm.max_children = 4", *(["user = root", "group = root"] if as_root else []), ""]))
            # It takes a socket that listens as it does when it is reloaded: no other process can have the port meanwhile.
            self.process = subprocess.Popen([binary(), *(["-R"] if as_root else []), "-n", "-F", "-y", config, *arguments],
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=[listener.fileno()],
                                            env={**os.environ, "FPM_SOCKETS": f"127.0.0.1:{self.port}={listener.fileno()}"})
            until(lambda: self.process.poll() is not None or (log.exists() and "ready to handle connections" in log.read_text()),
                  what="php-fpm to start")
        assert self.process.poll() is None, log.read_text()

    def script(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def kill(self):
        """It and its children end at once (SIGTERM is php-fpm's quick end)."""
        self.process.terminate()
        self.process.wait(10)

    def close(self):
        if self.process.poll() is None:
            self.kill()
