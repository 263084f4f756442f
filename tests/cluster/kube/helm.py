"""helm, on the cluster that KUBECONFIG names."""

import json
import subprocess

import chart


class HelmFailed(AssertionError):
    pass


def helm(*arguments, values=None):
    """The output of `helm ARGUMENTS`, with values if there are any."""
    program = chart.helm_program()
    assert program, "no helm: tests/cluster/node/build makes one"
    command = [program, *arguments, *(["--values", "-"] if values is not None else [])]
    result = subprocess.run(command, input=None if values is None else json.dumps(values), capture_output=True, text=True)
    if result.returncode != 0:
        raise HelmFailed(f"helm {' '.join(arguments)}: {result.stderr.strip()}")
    return result.stdout
