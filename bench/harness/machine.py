"""Names the machine and the programs of a run, so that its figures can be judged later."""

import os
import platform
import re
import subprocess
from pathlib import Path

from harness.process import BenchError
from harness.servers.base import program


def describe_machine() -> dict:
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return {
        "cpu": cpu[1] if cpu else platform.machine(),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_mb": int(memory[1]) // 1024 if memory else 0,
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""),
        "load_average": os.getloadavg()[0],
    }


def describe_versions(fairway: str | None) -> dict[str, str]:
    """First line of what each program says about itself."""
    commands = {
        "nginx": [program("nginx", "/usr/sbin/nginx"), "-v"],
        "haproxy": [program("haproxy", "/usr/sbin/haproxy"), "-v"],
        "openssl": ["openssl", "version"],
        "wrk": [program("wrk"), "-v"],
        "h2load": [program("h2load"), "--version"],
    }
    if fairway:
        commands["fairway"] = [fairway, "version"]
    return {name: _first_line(argv) for name, argv in commands.items()}


def _first_line(argv: list[str]) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=10)
    except OSError as error:
        raise BenchError(f"cannot run {argv[0]}: {error}") from error
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0].partition("  ")[0] if lines else "unknown"


def commit() -> str:
    """The commit of the tree the harness is in, with a plus when it has changes."""
    git = ["git", "-C", str(Path(__file__).parent)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    changed = subprocess.run([*git, "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True)
    return (head or "unknown") + ("+" if changed.stdout.strip() else "")
