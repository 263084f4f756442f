"""Every setting that acts has an end-to-end test, and docs/compatibility.md names it."""

import subprocess
import sys

from support.fairway import ROOT


def test_nothing_acts_without_a_test():
    done = subprocess.run([sys.executable, ROOT / "scripts/compat", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
