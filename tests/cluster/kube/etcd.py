"""etcd of the cluster of node/, through its HTTP gateway."""

import base64
import json


class Etcd:
    """@param node: the fixture of that name."""

    URL = "http://127.0.0.1:2379/v3/kv"

    def __init__(self, node):
        self._node = node

    def _ask(self, call, **body):
        return json.loads(self._node("exec", "curl", "--silent", "--show-error", "--fail", f"{self.URL}/{call}", "--data", json.dumps(body)))

    def forget_history(self):
        """Moves the revision on, and compacts all that came before: who asks for it is told 410 Gone."""
        key = base64.b64encode(b"fairway.test").decode()
        for _ in range(20):
            revision = self._ask("put", key=key, value=key)["header"]["revision"]
        self._ask("compaction", revision=revision, physical=True)
