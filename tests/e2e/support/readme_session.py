"""Runs the console blocks of a README as a user would: one shell, line by line.

    readme_session.py README.md

A line "$ command" is run; what follows it is what must be seen, apart from ages and the width of gaps. A command with an
expectation is tried again until it is met: starts, probes and file changes take their time. Meant to be run inside
`unshare --net --mount --pid --fork --kill-child`, because the READMEs have fixed ports, addresses and files.
"""

import pathlib
import re
import subprocess
import sys
import time

END = "---end of command---"
DEADLINE_SECONDS = 30


def steps_of(text):
    """[(command, expected lines)]"""
    steps = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.S | re.M):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


def without_chance(lines):
    """Ages and gaps differ from run to run."""
    return [re.sub(r" (\d+[dhms]){1,2}$", " AGE", re.sub(r" +", " ", line.strip())) for line in lines]


class Shell:
    def __init__(self):
        self._process = subprocess.Popen(["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, command):
        """The lines that it writes to standard output. Background commands write to standard error instead."""
        if command.endswith(" &"):
            command = command[:-2] + " >&2 &"
        self._process.stdin.write(f"{command}\necho '{END}'\n")
        self._process.stdin.flush()
        lines = []
        for line in self._process.stdout:
            if line.rstrip("\n") == END:
                return lines
            lines.append(line.rstrip("\n"))
        raise SystemExit(f"the shell ended in: {command}")


def see(shell, command, expected):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        seen = shell.run(command)
        if not expected or without_chance(seen) == without_chance(expected):
            return
        if time.monotonic() > deadline:
            raise SystemExit("\n".join([f"$ {command}", "expected:", *expected, "seen:", *seen]))
        time.sleep(0.05)


def main(readme):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/var/tmp"], check=True)
    steps = steps_of(pathlib.Path(readme).read_text())
    assert any(expected for _, expected in steps), f"{readme} shows nothing"
    shell = Shell()
    for command, expected in steps:
        see(shell, command, expected)


if __name__ == "__main__":
    main(sys.argv[1])
