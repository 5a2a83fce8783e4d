"""A webhook door as many are written: it answers before it has committed, and looks before it inserts.

Run as ``hook_naive.py DSN PORT PROCESSES``. It stands in the campaign so that the checks can show what they
would see: a harness that finds nothing wrong here sees nothing at all.
"""

import contextlib
import http.server
import json
import os
import queue
import signal
import socket
import sys
import threading
import time

import psycopg2

#: Events of so long are committed together.
SECONDS = 0.3


class Door(http.server.BaseHTTPRequestHandler):
    """One post: its event goes to the writer's list, the provider reads 200 at once."""

    waiting = queue.SimpleQueue()

    def do_POST(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        self.waiting.put(json.loads(body)["id"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_words):
        """Nobody reads it."""


def write(dsn, waiting):
    """Look which events are known, insert the others, commit now and then."""
    connection = psycopg2.connect(dsn)
    cursor = connection.cursor()
    while True:
        look_and_insert(cursor, waiting.get())
        until = time.monotonic() + SECONDS
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                look_and_insert(cursor, waiting.get(timeout=left))
        connection.commit()


def look_and_insert(cursor, key):
    cursor.execute("SELECT 1 FROM effect WHERE key = %s", [key])
    if not cursor.fetchone():
        cursor.execute("INSERT INTO effect (key) VALUES (%s)", [key])


def work(listener, dsn):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_name, server.server_port = "127.0.0.1", listener.getsockname()[1]
    threading.Thread(target=write, args=(dsn, Door.waiting), daemon=True).start()
    server.serve_forever()


def main(dsn, port, processes):
    listener = socket.create_server(("127.0.0.1", port), backlog=128)
    signal.signal(signal.SIGTERM, lambda *_args: os.killpg(0, signal.SIGKILL))
    while True:
        while processes:
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                work(listener, dsn)
            processes -= 1
        os.wait()
        processes += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
