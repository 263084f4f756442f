"""`fairway demo`: what it prints is what works."""

import re
import shlex
import subprocess

import pytest

from support.fairway import Fairway
from support.waiting import until


@pytest.fixture
def demo(tmp_path):
    fairway = Fairway(tmp_path, command=("demo",))
    yield fairway
    fairway.close()


def printed_curl_lines(fairway):
    def lines():
        return [line.strip() for line in fairway.output if line.strip().startswith("curl ")]

    return until(lambda: len(lines()) == 2 and lines(), what="two curl lines")


def test_printed_curl_lines_answer_from_three_pods(demo):
    for line in printed_curl_lines(demo):
        hits = set()
        for _ in range(12):
            result = subprocess.run([*shlex.split(line), "-sS"], capture_output=True, text=True, timeout=20)
            assert result.returncode == 0, (line, result.stderr)
            hits.add(re.fullmatch(r"You've hit (kubia-\w{5})\n", result.stdout).group(1))
        assert len(hits) == 3, f"{line}: {hits}"


def test_it_cleans_up(demo):
    https = printed_curl_lines(demo)[1]
    ca_file = shlex.split(https)[shlex.split(https).index("--cacert") + 1]
    assert "BEGIN CERTIFICATE" in open(ca_file).read()
    demo.close()
    assert demo.process.returncode in (0, 1)
    with pytest.raises(FileNotFoundError):
        open(ca_file)
