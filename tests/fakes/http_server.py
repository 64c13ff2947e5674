"""What the fake providers on 127.0.0.1 are made of: a server that holds no test up, and answers whole or torn off."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HttpServer(ThreadingHTTPServer):
    """One thread per request, and none of them holds a test up."""

    daemon_threads = True
    request_queue_size = 128  # a batch that connects at once is not kept waiting for a second by the kernel
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up waiting is what half the tests are about."""


class HttpHandler(BaseHTTPRequestHandler):
    """Subclass it with `do_POST` and `do_GET`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body leave apart, and would wait 40 ms for each other

    def answer(self, status: int, body: Mapping[str, object]) -> None:
        self.write(status, json.dumps(body).encode(), "application/json")

    def write(self, status: int, body: bytes, kind: str = "text/html") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        # Linger 0 turns the close into a reset, as a dying network does it.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
