"""The database is away, gone or not certain: webhooks are answered 503, which every provider repeats."""

import urllib.error
import urllib.request

import pytest

from runner import databases
from runner.real import wait_until

POSTS = 6


def post(server, **headers):
    """The status of a webhook post to an address that nobody knows."""
    request = urllib.request.Request(
        f"{server.url}/finance/hook/nobody", b"{}", {"Content-Type": "application/json", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture
def server(odoo_database, odoo_server):
    return odoo_server(odoo_database(), workers=2)


def renamed(old, new):
    """PostgreSQL's own upkeep of the list of databases may be in the way for a moment."""
    try:
        databases.sql("postgres", f"ALTER DATABASE {old} RENAME TO {new}")
    except RuntimeError as error:
        if "pg_database_datname_index" not in str(error):
            raise
        return False
    return True


def test_refused_connections_and_a_database_that_is_gone(server):
    assert {post(server) for _post in range(POSTS)} == {404}, "an unknown address of a database that is there"
    name, away = server.database, f"{server.database}_away"
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    databases.sql("postgres", f"ALTER DATABASE {name} ALLOW_CONNECTIONS false; {cut}")
    try:
        assert {post(server) for _post in range(POSTS)} == {503}
        databases.sql("postgres", f"ALTER DATABASE {name} RENAME TO {away}")
        assert {post(server) for _post in range(POSTS)} == {503}
    finally:
        wait_until(lambda: renamed(away, name), 20, "the database to have its name again")
        databases.sql("postgres", f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    wait_until(lambda: post(server) == 404, 60, "the database to be back")
    assert "POST /finance/hook/nobody HTTP/1.1\" 500" not in server.log.read_text()


def test_a_server_of_several_databases(odoo_database, odoo_server):
    """Without a name in the header nobody can say whose post it is; the provider is told to come again."""
    first, second = odoo_database(), odoo_database()
    server = odoo_server(f"{first},{second}", workers=2)
    assert {post(server) for _post in range(POSTS)} == {503}
    assert post(server, **{"X-Odoo-Database": second}) == 404
