"""The cluster under test, through kubectl and the kubeconfig that KUBECONFIG names."""

import json
import subprocess


class KubectlFailed(AssertionError):
    pass


class Kubectl:
    """kubectl in one namespace."""

    def __init__(self, namespace="default"):
        self.namespace = namespace

    def command(self, *arguments):
        return ["kubectl", "--namespace", self.namespace, *arguments]

    def __call__(self, *arguments, stdin=None):
        """The output of `kubectl ARGUMENTS`; fails with what it said."""
        result = subprocess.run(self.command(*arguments), input=stdin, capture_output=True, text=True)
        if result.returncode != 0:
            raise KubectlFailed(f"kubectl {' '.join(arguments)}: {result.stderr.strip() or result.stdout.strip()}")
        return result.stdout

    def try_to(self, *arguments):
        """The output, or '' when kubectl fails: for what is polled."""
        try:
            return self(*arguments)
        except KubectlFailed:
            return ""

    def apply(self, *objects):
        """Applies YAML texts and objects."""
        texts = [each if isinstance(each, str) else json.dumps(each) for each in objects]
        return self("apply", "--filename", "-", stdin="\n---\n".join(texts))

    def get(self, kind, name):
        return json.loads(self("get", kind, name, "--output", "json"))

    def list(self, kind, **labels):
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        return json.loads(self("get", kind, "--selector", selector, "--output", "json"))["items"]

    def patch(self, kind, name, change):
        """A merge patch, or a list: a JSON patch."""
        kind_of_patch = "json" if isinstance(change, list) else "merge"
        return self("patch", kind, name, f"--type={kind_of_patch}", f"--patch={json.dumps(change)}")

    def roll_out(self, deployment, seconds=120):
        """Waits until every pod of a Deployment is of its latest template, and available."""
        self("rollout", "status", f"deployment/{deployment}", f"--timeout={seconds}s")


class Watch:
    """What the API server tells of one object, change by change, until `close`."""

    def __init__(self, kubectl, kind, name):
        self._process = subprocess.Popen(
            kubectl.command("get", kind, name, "--watch", "--output", "json"), stdout=subprocess.PIPE, text=True)

    def close(self):
        """Every version that was told, oldest first."""
        self._process.terminate()
        text, _ = self._process.communicate(timeout=30)
        decoder, versions, at = json.JSONDecoder(), [], 0
        while text[at:].strip():
            at += len(text[at:]) - len(text[at:].lstrip())
            version, at = decoder.raw_decode(text, at)
            versions.append(version)
        return versions
