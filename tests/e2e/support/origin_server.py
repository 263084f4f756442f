"""An origin in a process of its own, so that it can be killed: `python origin_server.py NAME PORT ADDRESS`
(port 0: any).

Prints its port, then serves until killed. Paths:
  /echo        the request as JSON: method, target, headers, size of the body
  /slow?S      the first half of the answer at once, the second after S seconds
  /wait?S      the answer after S seconds
  /bytes?N     N zero bytes
  /page?N      an HTML page of N scripts; "loaded" counts those that ran
  /resource?I  one of them
  else         "You've hit NAME"
"""

import asyncio
import json
import sys
from urllib.parse import urlsplit


async def read_body(reader, headers):
    if headers.get("transfer-encoding") == "chunked":
        size = 0
        while length := int((await reader.readline()).split(b";")[0], 16):
            size += len(await reader.readexactly(length))
            await reader.readline()
        while (await reader.readline()) != b"\r\n":
            pass
        return size
    length = int(headers.get("content-length", 0))
    return len(await reader.readexactly(length))


def respond(writer, body, content_type="text/plain"):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)


class Origin:
    def __init__(self, name):
        self.greeting = f"You've hit {name}\n".encode()

    async def connection(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                request_line, *lines = head.rstrip().split("\r\n")
                await self.request(reader, writer, request_line, [[part.strip() for part in line.split(":", 1)] for line in lines])
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def request(self, reader, writer, request_line, lines):
        method, target, _ = request_line.split(" ")
        size = await read_body(reader, {name.lower(): value for name, value in lines})
        url = urlsplit(target)
        if url.path == "/echo":
            seen = {"method": method, "target": target, "headers": lines, "body_bytes": size}
            respond(writer, json.dumps(seen).encode(), "application/json")
        elif url.path == "/slow":
            half = len(self.greeting) // 2
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(self.greeting)}\r\n\r\n".encode() + self.greeting[:half])
            await writer.drain()
            await asyncio.sleep(float(url.query))
            writer.write(self.greeting[half:])
        elif url.path == "/bytes":
            respond(writer, bytes(int(url.query)), "application/octet-stream")
        elif url.path == "/page":
            scripts = "".join(f'<script src="/resource?{number}" async></script>' for number in range(int(url.query)))
            respond(writer, f"<!DOCTYPE html><link rel=icon href=data:><script>var loaded = 0</script>{scripts}".encode(), "text/html")
        elif url.path == "/resource":
            respond(writer, b"loaded += 1;" + b" " * 2000, "text/javascript")
        else:
            if url.path == "/wait":
                await asyncio.sleep(float(url.query))
            respond(writer, self.greeting)


async def main(name, port, address):
    server = await asyncio.start_server(Origin(name).connection, address, port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
