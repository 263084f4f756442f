"""A DNS server on loopback that gives every name the same addresses."""

import socket
import struct
import threading


class Dns:
    """Answers A questions with `addresses`, which may change at any time, and all other questions with nothing."""

    def __init__(self, addresses=(), ttl=1):
        self.addresses = list(addresses)
        self.ttl = ttl
        self.asked = []
        self.kinds = set()  # of the questions: 1 for A, 28 for AAAA
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        # An empty datagram ends the thread: a close alone would not wake it.
        host, port = self.address.split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", (host, int(port)))
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            packet, peer = self._socket.recvfrom(4096)
            if not packet:
                return
            self._socket.sendto(self._answer(packet), peer)

    def _answer(self, packet):
        labels, at = [], 12
        while packet[at]:
            labels.append(packet[at + 1 : at + 1 + packet[at]].decode())
            at += 1 + packet[at]
        kind, = struct.unpack("!H", packet[at + 1 : at + 3])
        self.asked.append(".".join(labels))
        self.kinds.add(kind)
        addresses = self.addresses if kind == 1 else []
        head = packet[:2] + struct.pack("!5H", 0x8180, 1, len(addresses), 0, 0)
        # 0xc00c: the name of the question (RFC 1035 section 4.1.4).
        records = [struct.pack("!HHHIH", 0xC00C, 1, 1, self.ttl, 4) + socket.inet_aton(a) for a in addresses]
        return head + packet[12 : at + 5] + b"".join(records)
