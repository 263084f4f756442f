"""Runs the load generators, wrk and bench-loader, and turns what they print into numbers."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.process import BenchError, Placement, run_on, shown
from harness.servers.base import program

# A message of 64 bytes behind its prefix: not compressed, length. bench-grpc-origin answers with one of that size.
GRPC_MESSAGE = bytes([0, 0, 0, 0, 64]) + b"m" * 64
GRPC_ANSWER_BYTES = 69


@dataclass
class Load:
    """Where load comes from: the placement of its programs and the folder of bench-loader."""

    placement: Placement
    tools: Path

    def wrk(self, port: int, host: str, *, tls: bool, path: str = "/", connections: int, seconds: float) -> dict:
        """Keep-alive GETs in a closed loop. Returns requests, body bytes and anything that went wrong."""
        url = f"{'https' if tls else 'http'}://127.0.0.1:{port}{path}"
        argv = [program("wrk"), "-t1", f"-c{connections}", f"-d{seconds:g}s", "-H", f"Host: {host}", url]
        text = run_on(self.placement, argv, seconds)
        done = re.search(r"(\d+) requests in", text)
        if not done:
            raise BenchError(f"{' '.join(argv)} printed no result: {text}")
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
        return {
            "requests": int(done[1]),
            "not_ok": int(bad[1]) if bad else 0,
            "lost": sum(int(count) for count in errors.groups()) if errors else 0,
            "command": shown(argv),
        }

    def h2load(self, port: int, host: str, *, path: str, connections: int, streams: int, seconds: int,
               grpc: bool = False) -> dict:
        """HTTP/2 over TLS in a closed loop of `streams` on each connection: GETs, or unary gRPC calls."""
        argv = [program("h2load"), f"-D{seconds}", f"-c{connections}", f"-m{streams}", "-t1",
                f"--connect-to=127.0.0.1:{port}"]
        if grpc:
            message = self.tools / "grpc-message"
            message.write_bytes(GRPC_MESSAGE)
            argv += ["-d", str(message), "-H", "content-type: application/grpc", "-H", "te: trailers"]
        argv.append(f"https://{host}{path}")
        text = run_on(self.placement, argv, seconds)
        done = re.search(r"requests: \d+ total, \d+ started, (\d+) done, (\d+) succeeded, (\d+) failed", text)
        if not done:
            raise BenchError(f"{' '.join(argv)} printed no result: {text}")
        not_ok = int(done[1]) - int(done[2])
        if grpc:  # a failed call is a 200 too, but brings no message
            data = re.search(r"\((\d+)\) data", text)
            not_ok = max(not_ok, int(done[1]) - int(data[1]) // GRPC_ANSWER_BYTES)
        return {"requests": int(done[1]), "not_ok": not_ok, "command": shown(argv)}

    def loader(self, mode: str, port: int, host: str, *, tls: bool = False, seconds: float = 0, **options) -> dict:
        """One run of bench-loader; its options as in loader/options.hpp, lists repeat."""
        argv = self.loader_argv(mode, port, host, tls=tls, seconds=seconds, **options)
        return json.loads(run_on(self.placement, argv, seconds)) | {"command": shown(argv)}

    def start(self, argv: list[str], stdin: int | None = None) -> subprocess.Popen:
        """Starts a load generator in its place, for loads that last while other things happen."""
        return subprocess.Popen(argv, stdin=stdin, stdout=subprocess.PIPE, text=True, start_new_session=True,
                                preexec_fn=self.placement.apply)

    def loader_argv(self, mode: str, port: int, host: str, *, tls: bool = False, seconds: float = 0,
                    **options) -> list[str]:
        argv = [str(self.tools / "bench-loader"), mode, "--port", str(port), "--host", host,
                "--duration-ms", str(int(seconds * 1000))]
        if tls:
            argv.append("--tls")
        for name, value in options.items():
            for one in value if isinstance(value, list) else [value]:
                argv += [f"--{name.replace('_', '-')}", str(one)]
        return argv
