"""examples/notes: what each README says is what happens."""

import os
import shutil
import subprocess
import sys

import pytest

from support.fairway import BINARY, ROOT

NOTES = ROOT / "examples/notes"
SESSION = ROOT / "tests/e2e/support/readme_session.py"
READMES = sorted(NOTES.glob("*/README.md"))
# A network of its own, so that the fixed ports of the READMEs are free, mounts of its own for /var/tmp, and processes that
# end with it.
OWN_NETWORK = ["unshare", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child"]


@pytest.fixture(scope="session")
def own_network():
    if subprocess.run([*OWN_NETWORK, "true"], capture_output=True).returncode != 0:
        pytest.skip("no namespaces of its own: unshare --map-root-user --net --mount --pid is not permitted here")


@pytest.fixture(scope="session")
def path_with_fairway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bin")
    (folder / "fairway").symlink_to(BINARY)
    return f"{folder}:{os.environ['PATH']}"


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.parent.name)
def test_readme(readme, own_network, path_with_fairway):
    if "$ dig " in readme.read_text() and shutil.which("dig") is None:
        pytest.skip("no dig; install it: scripts/install-deps test")
    result = subprocess.run([*OWN_NETWORK, sys.executable, SESSION, readme], cwd=ROOT, capture_output=True, text=True,
                            timeout=120, env={**os.environ, "PATH": path_with_fairway})
    assert result.returncode == 0, result.stderr


def test_the_overview_names_every_folder():
    overview = (NOTES / "README.md").read_text()
    assert READMES
    for readme in READMES:
        assert f"({readme.parent.name}/README.md)" in overview
