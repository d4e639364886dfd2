"""A name server on loopback that knows one TXT record, whatever the name; or that says nothing at all."""

import socket
import struct
import threading

TXT = 16
STOP = b"stop"


class NameServer:
    """`text`: the record of every name; None: never a word. `address` is as [dns] servers takes it."""

    def __init__(self, text):
        self.text = text and text.encode()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1@{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
            caller.sendto(STOP, self.socket.getsockname())
        self.thread.join()
        self.socket.close()

    def serve(self):
        while (packet := self.socket.recvfrom(65535))[0] != STOP:
            query, peer = packet
            if self.text is not None:
                self.socket.sendto(self.answer(query), peer)

    def answer(self, query):
        end = query.index(b"\0", 12) + 5
        question = query[12:end]
        records = b""
        if struct.unpack("!H", question[-4:-2])[0] == TXT:
            data = bytes([len(self.text)]) + self.text
            records = struct.pack("!HHHIH", 0xC00C, TXT, 1, 300, len(data)) + data
        head = query[:2] + struct.pack("!HHHHH", 0x8580, 1, 1 if records else 0, 0, 0)
        return head + question + records
