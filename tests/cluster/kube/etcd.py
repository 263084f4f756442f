"""etcd of the cluster of node/, through its HTTP gateway."""

import base64
import json


def encoded(text):
    return base64.b64encode(text.encode()).decode()


class Etcd:
    """@param node: the fixture of that name."""

    URL = "http://127.0.0.1:2379/v3/kv"

    def __init__(self, node):
        self._node = node

    def _ask(self, call, **body):
        return json.loads(self._node("exec", "curl", "--silent", "--show-error", "--fail", f"{self.URL}/{call}", "--data", json.dumps(body)))

    def answers(self):
        try:
            return bool(self._ask("range", key=encoded("fairway.test")))
        except AssertionError:
            return False

    def replace(self, key, old, new):
        """Another text of the same length in an object of the API server: a change that nobody is told of while that is away."""
        assert len(old) == len(new)  # protobuf has the length of each text in front of it
        value = base64.b64decode(self._ask("range", key=encoded(key))["kvs"][0]["value"])
        assert old.encode() in value
        self._ask("put", key=encoded(key), value=base64.b64encode(value.replace(old.encode(), new.encode())).decode())

    def forget_history(self):
        """Moves the revision on, and compacts all that came before: who asks for it is told 410 Gone."""
        key = encoded("fairway.test")
        for _ in range(20):
            revision = self._ask("put", key=key, value=key)["header"]["revision"]
        self._ask("compaction", revision=revision, physical=True)
