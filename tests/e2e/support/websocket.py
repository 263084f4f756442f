"""WebSocket servers and clients that know nothing of a proxy: the packages websockets and wsproto."""

import asyncio
import socket
import ssl
import threading

import websockets.asyncio.client
import websockets.asyncio.server
import websockets.exceptions
import wsproto
import wsproto.connection
import wsproto.events as ws
import wsproto.extensions

from .http2 import Http2Client
from .manifests import HOST


class WebSocketServer:
    """Over websockets. By path: /deny refuses with 403, /bye closes with 4001, /ping sends a ping and says when it was
    answered; all others answer each message with itself. `handshakes` and `closed` say what it saw."""

    def __init__(self, tls=None):
        """@param tls  an ssl.SSLContext: speaks wss"""
        self.handshakes = []  # header fields
        self.closed = []      # (code, reason) that clients gave
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(self._listen(tls))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._server.wait_closed()])
        self._thread.start()

    async def _listen(self, tls):
        return await websockets.asyncio.server.serve(self._serve, "127.0.0.1", 0, process_request=self._judge,
                                                     select_subprotocol=self._select, max_size=None, ssl=tls)

    @staticmethod
    def _judge(connection, request):
        return connection.respond(403, "not you\n") if request.path == "/deny" else None

    @staticmethod
    def _select(_, offered):
        return "chat" if "chat" in offered else None

    async def _serve(self, connection):
        self.handshakes.append(connection.request.headers)
        if connection.request.path == "/bye":
            await connection.close(4001, "served enough")
        elif connection.request.path == "/ping":
            await (await connection.ping("marco"))
            await connection.send("answered")
        try:
            async for message in connection:
                await connection.send(message)
        except websockets.exceptions.ConnectionClosed:
            pass
        finally:
            self.closed.append((connection.close_code, connection.close_reason))

    def close(self):
        self._loop.call_soon_threadsafe(self._server.close)
        self._thread.join()
        self._loop.close()


class WsprotoServer:
    """Over wsproto: answers each text with itself, one connection after the other."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._serve(connection)

    @staticmethod
    def _serve(connection):
        server = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
        while server.state not in (wsproto.connection.ConnectionState.CLOSED, wsproto.connection.ConnectionState.REJECTING):
            server.receive_data(connection.recv(65536) or None)
            for event in server.events():
                if isinstance(event, ws.Request):
                    connection.sendall(server.send(ws.AcceptConnection()))
                elif isinstance(event, (ws.CloseConnection, ws.Ping)):
                    connection.sendall(server.send(event.response()))
                elif isinstance(event, ws.TextMessage):
                    connection.sendall(server.send(ws.TextMessage(event.data, message_finished=event.message_finished)))

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(status)
        self.status = status
        self.body = body


class Http1WebSocket:
    """Over websockets, on a connection of its own. Its asyncio client: the one with threads reads and writes a TLS
    session at once, for which Python before 3.13 takes no lock."""

    def __init__(self, fairway, path="/chat", tls=False, subprotocols=None):
        port = fairway.https_port if tls else fairway.http_port
        context = None
        if tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self._loop = asyncio.new_event_loop()
        try:
            self._client = self._run(websockets.asyncio.client.connect(
                f"{'wss' if tls else 'ws'}://{HOST}:{port}{path}", sock=socket.create_connection(("127.0.0.1", port), 10),
                ssl=context, subprotocols=subprotocols, proxy=None, max_size=None, open_timeout=10, ping_interval=None))
        except websockets.exceptions.InvalidStatus as refusal:
            self._loop.close()
            raise Refused(refusal.response.status_code, refusal.response.body) from None
        self.subprotocol = self._client.subprotocol

    def _run(self, awaitable):
        async def limited():
            async with asyncio.timeout(10):
                return await awaitable
        return self._loop.run_until_complete(limited())

    def send(self, message):
        self._run(self._client.send(message))

    def receive(self):
        """The next message; None when the server has closed."""
        try:
            return self._run(self._client.recv())
        except websockets.exceptions.ConnectionClosed:
            return None

    def ping(self):
        self._run(self._run(self._client.ping("polo")))

    def close(self, code=1000, reason=""):
        self._run(self._client.close(code, reason))
        self._loop.close()

    def closed_by_server_with(self):
        return self._client.close_code, self._client.close_reason


class Http2WebSocket:
    """Over an extended CONNECT (RFC 8441) of the h2 package, with the frames of wsproto. Several may share `http2`."""

    def __init__(self, fairway, path="/chat", tls=False, subprotocols=None, http2=None):
        self.http2 = http2 or Http2Client(fairway.https_port if tls else fairway.http_port, tls)
        deflate = wsproto.extensions.PerMessageDeflate()
        headers = [(":protocol", "websocket"), ("sec-websocket-version", "13"),
                   ("sec-websocket-extensions", f"permessage-deflate; {deflate.offer()}")]
        if subprotocols:
            headers.append(("sec-websocket-protocol", ", ".join(subprotocols)))
        self.stream = self.http2.request(path, "CONNECT", headers, end_stream=False, scheme="https" if tls else "http")
        self.http2.until(lambda: self.stream in self.http2.responses)
        self.response = self.http2.responses[self.stream]
        if self.response["status"] != 200:
            raise Refused(self.response["status"], self.http2.response(self.stream)["body"])
        headers = self.response["headers"]
        assert not {"sec-websocket-accept", "upgrade", "connection"} & headers.keys(), headers
        self.subprotocol = headers.get("sec-websocket-protocol")
        extensions = []
        if "sec-websocket-extensions" in headers:
            deflate.finalize(headers["sec-websocket-extensions"])
            extensions.append(deflate)
        self._frames = wsproto.connection.Connection(wsproto.ConnectionType.CLIENT, extensions)
        self._close = None

    def _send_event(self, event, end=False):
        self.http2.send_all(self.stream, self._frames.send(event), end)

    def _events(self):
        """Waits for bytes, and gives what they are."""
        self.http2.until(lambda: self.response["body"] or self.stream in self.http2.ended | self.http2.resets.keys())
        data, self.response["body"] = self.response["body"], b""
        self._frames.receive_data(data or None)
        return list(self._frames.events())

    def _until(self, kind):
        """Events up to the first of this kind."""
        seen = []
        while True:
            for event in self._events():
                seen.append(event)
                if isinstance(event, ws.Ping):
                    self._send_event(event.response())
                if isinstance(event, ws.CloseConnection):
                    self._close = (event.code, event.reason or "")
                    if self._frames.state == wsproto.connection.ConnectionState.REMOTE_CLOSING:
                        self._send_event(event.response(), end=True)
                    return seen
                if isinstance(event, kind) and getattr(event, "message_finished", True):
                    return seen

    def send(self, message):
        self._send_event(ws.TextMessage(message) if isinstance(message, str) else ws.BytesMessage(message))

    def receive(self):
        parts = [event.data for event in self._until(ws.Message) if isinstance(event, ws.Message)]
        if not parts:
            return None
        return "".join(parts) if isinstance(parts[0], str) else b"".join(parts)

    def ping(self):
        self._send_event(ws.Ping(b"polo"))
        assert bytes(self._until(ws.Pong)[-1].payload) == b"polo"

    def close(self, code=1000, reason=""):
        """Closes and half-closes; the server's answer comes all the same. True when the server's side ended, false when it
        was reset."""
        if self._close is None:
            self._send_event(ws.CloseConnection(code, reason), end=True)
            self._until(ws.CloseConnection)
        self.http2.until(lambda: self.stream in self.http2.ended | self.http2.resets.keys())
        return self.stream in self.http2.ended

    def closed_by_server_with(self):
        return self._close
