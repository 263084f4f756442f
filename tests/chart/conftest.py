import pytest

import chart


def pytest_collection_modifyitems(items):
    if chart.helm_program() is None:
        for item in items:
            item.add_marker(pytest.mark.skip("no helm: scripts/install-deps helm builds it, with Go 1.21 or newer"))


@pytest.fixture(scope="session")
def chart_with_notes(tmp_path_factory):
    return chart.with_notes(tmp_path_factory.mktemp("chart"))
