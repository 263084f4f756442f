"""Smart HTTP for git: `python git_server.py ROOT PORT` hands each request to `git http-backend` (CGI, RFC 3875)."""

import http.server
import os
import subprocess
import sys
import urllib.parse

ROOT, PORT = sys.argv[1], int(sys.argv[2])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        """Pieces of the request's body."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length", 0))
        while left > 0:
            piece = self.rfile.read(min(left, 1 << 16))
            left -= len(piece)
            yield piece

    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        variables = {"GIT_PROJECT_ROOT": ROOT, "GIT_HTTP_EXPORT_ALL": "1", "REQUEST_METHOD": self.command, "PATH_INFO": url.path,
                     "QUERY_STRING": url.query, "CONTENT_TYPE": self.headers.get("Content-Type", ""), "REMOTE_USER": "tester",
                     "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                     "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")}
        with subprocess.Popen(["git", "http-backend"], env=os.environ | variables, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as backend:
            for piece in self.body():
                backend.stdin.write(piece)
            backend.stdin.close()
            status, fields = 200, []
            while (line := backend.stdout.readline().strip()) != b"":
                name, value = line.decode().split(": ", 1)
                if name.lower() == "status":
                    status = int(value.split()[0])
                else:
                    fields.append((name, value))
            self.send_response(status)
            for name, value in fields + [("Transfer-Encoding", "chunked")]:
                self.send_header(name, value)
            self.end_headers()
            while piece := backend.stdout.read(1 << 16):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")

    do_GET = do_POST = serve


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
