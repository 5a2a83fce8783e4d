"""A user at an Odoo process of its own: what is handed to it is committed, however often the database dies."""

import json
import socket
import subprocess
import threading

from runner.databases import odoo_command, odoo_environment
from runner.layout import LOGS, ROOT
from runner.real import wait_until

INSIDE = """
import json, socket, sys, time
import psycopg2
from odoo import SUPERUSER_ID, api

registry = env.registry
env.cr.rollback()
env.cr.close()

def work(code, given, patience):
    until, rounds = time.monotonic() + patience, 0
    while True:
        rounds += 1
        try:
            with registry.cursor() as cr:
                scope = {"env": api.Environment(cr, SUPERUSER_ID, {}), **given, "result": None}
                exec(code, scope)
                scope["env"].flush_all()
            return {"result": scope["result"], "rounds": rounds}
        except (psycopg2.Error, OSError) as error:
            if isinstance(error, psycopg2.DatabaseError) and not isinstance(error, psycopg2.OperationalError):
                if type(error) is not psycopg2.DatabaseError:
                    return {"error": repr(error)}  # ours, and the same the next time
            registry.clear_all_caches()
            if time.monotonic() > until:
                return {"error": repr(error)}
            time.sleep(0.2)
        except Exception as error:
            return {"error": repr(error)}

server = socket.socket(socket.AF_UNIX)
server.bind(SOCKET)
server.listen()
while True:
    connection, _address = server.accept()
    with connection, connection.makefile("rw") as stream:
        for line in stream:
            asked = json.loads(line)
            stream.write(json.dumps(work(asked["code"], asked["given"], asked["patience"])) + "\\n")
            stream.flush()
"""


class Clerk:
    """``run`` is a transaction: repeated until it is committed, as a person repeats what an error undid."""

    def __init__(self, database, configuration, folder):
        self._socket, self._lock = folder / f"clerk-{database}", threading.Lock()
        self.log = LOGS / f"faults-clerk-{database}.log"
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                odoo_command("shell", "-d", database, "--no-http", "--log-level=warn"),
                env=odoo_environment(ODOO_RC=str(configuration)), stdin=subprocess.PIPE, stdout=output,
                stderr=subprocess.STDOUT, text=True, cwd=ROOT, start_new_session=True,
            )
        self.process.stdin.write(INSIDE.replace("SOCKET", repr(str(self._socket))))
        self.process.stdin.close()
        wait_until(lambda: self._socket.exists() or self.process.poll() is not None, 300, "the clerk to sit down")
        if self.process.poll() is not None:
            raise RuntimeError(f"the clerk did not start:\n{self.log.read_text()[-3000:]}")
        self._stream = None

    def run(self, code, patience=600, **given):
        """Run Python in Odoo with ``env`` and ``given``; what it leaves in ``result`` comes back.

        :raise RuntimeError: with the error, where it is none of database or disk
        """
        with self._lock:
            if self._stream is None:
                connection = socket.socket(socket.AF_UNIX)
                connection.connect(str(self._socket))
                self._stream = connection.makefile("rw")
            self._stream.write(json.dumps({"code": code, "given": given, "patience": patience}) + "\n")
            self._stream.flush()
            answer = json.loads(self._stream.readline())
        if "error" in answer:
            raise RuntimeError(f"the clerk: {answer['error']}")
        return answer["result"]

    def stop(self):
        self.process.kill()
        self.process.wait()
