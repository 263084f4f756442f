"""A Kubernetes API server in two hundred lines, for faults that a real one will not produce on demand."""

import json
import queue
import select
import socket
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PLURALS = {"Ingress": "ingresses", "IngressClass": "ingressclasses", "Service": "services",
           "EndpointSlice": "endpointslices", "Secret": "secrets", "ConfigMap": "configmaps", "Pod": "pods",
           "Node": "nodes", "Namespace": "namespaces"}


class Selection:
    """Which objects a request is about: the namespace of its path, metadata.name and type of its fieldSelector, and the
    labels of its labelSelector (equality only)."""

    def __init__(self, path, query):
        parts = path.split("/")
        self.namespace = parts[parts.index("namespaces") + 1] if "namespaces" in parts[:-1] else None
        fields = [part for part in query.get("fieldSelector", "").split(",") if part]
        self.name = next((part.partition("=")[2] for part in fields if part.startswith("metadata.name=")), None)
        self.labels = dict(part.split("=") for part in query.get("labelSelector", "").split(",") if part)

    def has(self, item):
        metadata = item["metadata"]
        return (self.namespace in (None, metadata.get("namespace", "")) and self.name in (None, metadata["name"])
                and self.labels.items() <= metadata.get("labels", {}).items())


class FakeApiServer:
    """Lists (in pages of `page_size`) and watches of the kinds above. Objects are put in by put() and taken out by delete()."""

    def __init__(self, page_size=2, streams_lists=False):
        self.page_size = page_size
        self.streams_lists = streams_lists  # sendInitialEvents is known
        self.initial_events_break = 0       # so many streamed lists end before their last event
        self.failures = {}                  # plural: [(status, headers), ...], the answers to the next requests
        self.token = None                   # the only one that is accepted; None: no token is asked for
        self.objects = {plural: {} for plural in PLURALS.values()}
        self.watches = []        # (plural, queue of lines; None ends the answer, selection)
        self.requests = []       # (plural, query) in order
        self.denied = set()      # plurals that are answered 403
        self.ends_watches_at_once = False
        self.leases = {}
        self.events = {}         # (namespace, name): core/v1 Event
        self.event_writes = []   # (method, name), in order
        self.event_answers = []  # status codes that the next writes of Events are answered with, whatever they are
        self.status_writes = []  # names of Ingresses, in order
        self.version = 1000
        self.lock = threading.RLock()
        self.server = None
        self.port = 0
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.stopped = False
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self._unless_stopped(api.answer)

            def do_POST(self):
                self._unless_stopped(api.write)

            def _unless_stopped(self, answer):
                self.close_connection = api.stopped  # kept connections break, too
                if not api.stopped:
                    answer(self)

            do_PUT = do_PATCH = do_POST

            def log_message(self, *_):
                pass

        ThreadingHTTPServer.daemon_threads = True
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        """As when the API server is killed: watches break, and nobody listens any more."""
        self.stopped = True
        self.server.shutdown()
        self.server.server_close()
        self.end_watches()

    # Objects

    def put(self, *objects):
        with self.lock:
            for given in objects:
                self.version += 1
                plural = PLURALS[given["kind"]]
                key = (given["metadata"].get("namespace", ""), given["metadata"]["name"])
                known = key in self.objects[plural]
                stored = {**given, "metadata": {**given["metadata"], "resourceVersion": str(self.version)}}
                self.objects[plural][key] = stored
                self._tell(plural, {"type": "MODIFIED" if known else "ADDED", "object": stored})

    def delete(self, kind, name, namespace="default", silently=False):
        with self.lock:
            self.version += 1
            gone = self.objects[PLURALS[kind]].pop((namespace, name))
            if not silently:
                self._tell(PLURALS[kind], {"type": "DELETED", "object": gone})

    # Faults

    def send_line(self, plural, text):
        with self.lock:
            for watched, lines, _ in self.watches:
                if watched == plural:
                    lines.put(text)

    def end_watches(self):
        with self.lock:
            for _, lines, _ in self.watches:
                lines.put(None)

    def asked(self, plural, **query):
        return [given for name, given in list(self.requests)
                if name == plural and all(given.get(key) == value for key, value in query.items())]

    # Answers

    def _tell(self, plural, event):
        for watched, lines, selection in self.watches:
            if watched == plural and selection.has(event["object"]):
                lines.put(json.dumps(event))

    def watched(self, plural, name=None):
        return [selection for watched, _, selection in list(self.watches)
                if watched == plural and name in (None, selection.name)]

    def send_bookmark(self, plural):
        self.send_line(plural, json.dumps({"type": "BOOKMARK", "object": {
            "kind": "Any", "metadata": {"resourceVersion": str(self.version)}}}))

    def answer(self, handler):
        url = urllib.parse.urlsplit(handler.path)
        plural = url.path.rsplit("/", 1)[-1]
        query = dict(urllib.parse.parse_qsl(url.query))
        self.requests.append((plural, query))
        if self.token and handler.headers["Authorization"] != "Bearer " + self.token:
            return self._send(handler, 401, {"kind": "Status", "code": 401, "message": "Unauthorized"})
        if self.failures.get(plural):
            status, headers = self.failures[plural].pop(0)
            return self._send(handler, status, {"kind": "Status", "code": status}, headers)
        if plural in self.denied:
            return self._send(handler, 403, {"kind": "Status", "code": 403, "message": "forbidden"})
        if "/ingresses/" in url.path:
            return self._send(handler, 200, self.objects["ingresses"][tuple(url.path.split("/")[-3::2])])
        if "/leases/" in url.path:
            lease = self.leases.get(plural)
            return self._send(handler, 200 if lease else 404, lease or {"kind": "Status", "code": 404})
        if url.path.startswith("/api/v1/namespaces/") and url.path.count("/") == 4:
            found = self.objects["namespaces"].get(("", plural))
            return self._send(handler, 200 if found else 404, found or {"kind": "Status", "code": 404})
        selection = Selection(url.path, query)
        if "sendInitialEvents" in query and not self.streams_lists:
            return self._send(handler, 422, {"kind": "Status", "code": 422, "message": "sendInitialEvents is forbidden"})
        if query.get("watch") == "true":
            return self._watch(handler, plural, selection, "sendInitialEvents" in query)
        return self._send(handler, 200, self._page(plural, selection, int(query.get("continue", "0"))))

    def write(self, handler):
        """An Event, a Lease with its resource version (POST, PUT), or the status of an Ingress (PATCH)."""
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        if "/events" in handler.path:
            return self._send(handler, *self._write_event(handler.command, handler.path, body))
        if self.failures.get(handler.command):
            status, headers = self.failures[handler.command].pop(0)
            return self._send(handler, status, {"kind": "Status", "code": status}, headers)
        if handler.command == "PATCH" or handler.path.endswith("/status"):
            changed = self._patch_status(handler.path, body)
            return self._send(handler, 200 if changed else 409, changed or {"kind": "Status", "code": 409})
        with self.lock:
            name = body["metadata"]["name"]
            known = self.leases.get(name)
            version = known["metadata"]["resourceVersion"] if known else None
            if (handler.command == "POST") == bool(known) or body["metadata"].get("resourceVersion") != version:
                return self._send(handler, 409, {"kind": "Status", "code": 409})
            self.version += 1
            body["metadata"]["resourceVersion"] = str(self.version)
            self.leases[name] = body
            return self._send(handler, 201, body)

    def _write_event(self, method, path, body):
        name = body["metadata"]["name"] if method == "POST" else path.rsplit("/", 1)[-1]
        key = (path.split("/")[4], name)
        with self.lock:
            self.event_writes.append((method, name))
            if self.event_answers:
                status = self.event_answers.pop(0)
            elif method == "POST":
                status = 409 if key in self.events else 201
            else:
                status = 200 if key in self.events else 404
            if status >= 400:
                return status, {"kind": "Status", "code": status}
            self.events[key] = {**self.events.get(key, {}), **body}
            return status, self.events[key]

    def events_about(self, name):
        """[(type, reason, message, count)] of the Events about an object."""
        with self.lock:
            return sorted((event["type"], event["reason"], event["message"], event["count"])
                          for event in self.events.values() if event["involvedObject"]["name"] == name)

    def _patch_status(self, path, body):
        *_, namespace, _, name, subresource = path.split("/")
        assert subresource == "status", path
        with self.lock:
            known = self.objects["ingresses"][(namespace, name)]
            version = known["metadata"]["resourceVersion"]
            if body.get("metadata", {}).get("resourceVersion", version) != version:
                return None
            self.status_writes.append(name)
            changed = {**known, "status": body["status"]}
            self.put(changed)
            return changed

    def status_of(self, name):
        return self.objects["ingresses"][("default", name)].get("status", {}).get("loadBalancer", {}).get("ingress")

    def _page(self, plural, selection, start):
        with self.lock:
            items = [item for item in self.objects[plural].values() if selection.has(item)]
            end = start + self.page_size
            metadata = {"resourceVersion": str(self.version)}
            if end < len(items):
                metadata["continue"] = str(end)
            kind = next(kind for kind, name in PLURALS.items() if name == plural)
            version = {"ingresses": "networking.k8s.io/v1", "ingressclasses": "networking.k8s.io/v1",
                       "endpointslices": "discovery.k8s.io/v1"}.get(plural, "v1")
            bare = [{key: value for key, value in item.items() if key not in ("kind", "apiVersion")}
                    for item in items[start:end]]
            return {"kind": kind + "List", "apiVersion": version, "metadata": metadata, "items": bare}

    @staticmethod
    def _send(handler, status, body, headers=None):
        text = json.dumps(body).encode()
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def _watch(self, handler, plural, selection, initial):
        lines = queue.Queue()
        if self.ends_watches_at_once:
            lines.put(None)
        watch = (plural, lines, selection)
        with self.lock:
            if initial:
                self._put_initial_events(lines, plural, selection)
            self.watches.append(watch)
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.flush()
        try:
            while (line := self._next_line(lines, handler.connection)) is not None:
                data = line.encode() + b"\n"
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                handler.wfile.flush()
            handler.wfile.write(b"0\r\n\r\n")
        except OSError:
            pass
        finally:
            with self.lock:
                self.watches.remove(watch)
            handler.close_connection = True

    @staticmethod
    def _next_line(lines, connection):
        """None: the watch ends, here or because its client has gone."""
        while True:
            try:
                return lines.get(timeout=0.2)
            except queue.Empty:
                readable, _, _ = select.select([connection], [], [], 0)
                if readable and not connection.recv(1, socket.MSG_PEEK):
                    return None

    def _put_initial_events(self, lines, plural, selection):
        for item in self.objects[plural].values():
            if selection.has(item):
                lines.put(json.dumps({"type": "ADDED", "object": item}))
        if plural == "ingresses" and self.initial_events_break > 0:
            self.initial_events_break -= 1
            return lines.put(None)
        end = {"resourceVersion": str(self.version), "annotations": {"k8s.io/initial-events-end": "true"}}
        lines.put(json.dumps({"type": "BOOKMARK", "object": {"kind": "Any", "metadata": end}}))
