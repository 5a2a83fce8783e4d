"""Runs inside Odoo (shell): every kind of secret is entered and used, in success and in failure.

``CANARIES`` and ``LEAK`` are set by the test. The other sides are real servers of this process that repeat in
their answers what they were sent, as careless ones do.
"""
# ruff: noqa: F821 - names of the Odoo shell, and those the test sets
# pylint: skip-file

import base64
import json
import logging
import tempfile
import time
import traceback
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from odoo.addons.finance_connector_base import server as host
from odoo.addons.finance_connector_base.core import masking
from odoo.addons.finance_connector_base.tests import webhook_maker
from odoo.addons.finance_connector_base.tests.pgp_keys import PgpKeys
from odoo.addons.finance_connector_base.tests.sshd import Sshd
from odoo.addons.finance_connector_base.tests.tls import Authority, WebServer, server_context
from odoo.addons.finance_connector_base.transports.sftp import LOG_CHANNEL
from odoo.addons.queue_job.job import Job

if LEAK:  # the mutation: nothing is known any more, so that the test must find something
    masking._forms = lambda secret: set()

logging.getLogger().setLevel(logging.DEBUG)
for name in ("odoo", "odoo.sql_db", "urllib3", "paramiko", "zeep", "requests", "odoo.addons.finance_connector_base",
             LOG_CHANNEL):
    logging.getLogger(name).setLevel(logging.DEBUG)
#: Ways to sign in, each with the status the other side answers.
WAYS = (("basic", 200), ("basic", 400), ("basic", 500), ("bearer", 200), ("bearer", 401), ("api_key", 200),
        ("api_key", 409))  # fmt: skip
used = dict(CANARIES)
done = []
numbers = iter(range(1000))


def connector(transport, **values):
    number = next(numbers)
    made = env["finance.connector"].create({
        "name": f"Canary {number}", "code": f"canary.{number}", "transport": transport, "state": "active",
        "breaker_failures": 1000, **values,
    })
    env["finance.flow"].create([
        {"name": "Out", "connector_id": made.id, "kind": "file", "direction": "out", "quiet_seconds": 0},
        {"name": "In", "connector_id": made.id, "kind": "file", "direction": "in"},
    ])
    return made


def keep(made, **secrets):
    for purpose, secret in secrets.items():
        env["finance.credential"].create({"connector_id": made.id, "purpose": purpose, "secret": secret})


def exchange(made, what):
    """Test the line, send, ask, fetch; whatever happens is kept by the hub itself."""
    env.cr.commit()
    made.action_test()
    env.cr.commit()
    key = f"K{next(numbers)}"
    message = env["finance.deliver"]._submit(made, "file", b"a payment", key=key, name=f"{key}.txt")
    env.cr.commit()
    for _step in range(2):
        message.next_try_on = False
        env.cr.commit()
        env["finance.deliver"]._advance(message.id)
        env.cr.rollback()  # see what the other transactions did
    env["finance.intake"]._pull(made.flow_ids.filtered(lambda flow: flow.direction == "in"))
    env.cr.commit()
    made.state = "active"
    done.append([what, message.state, made.health])
    return message


def echo(call):
    """Repeats headers and body; the path chooses the status."""
    words = {**dict(call.headers), "body": base64.b64encode(call.body).decode(), "plain": call.body.decode("latin-1")}
    body = json.dumps(words).encode()
    head, _slash, _rest = call.path.strip("/").partition("/")
    if head == "token":
        token = {"access_token": CANARIES["oauth_token"].encode("ascii", "ignore").decode(), "expires_in": 600}
        return 200, {}, json.dumps({**token, "token_type": "bearer", "you_sent": words}).encode()
    return (int(head) if head.isdigit() else 200), {"X-Echo": str(call.headers.get("Authorization"))[:900]}, body


def https():
    with WebServer(echo) as server:
        plain = {name: CANARIES[name].encode("ascii", "ignore").decode() for name in ("token", "api_key")}
        signs = {
            "basic": {"password": CANARIES["password"]},
            "bearer": {"token": plain["token"]},
            "api_key": {"api_key": plain["api_key"]},
        }
        for scheme, status in WAYS:
            made = connector("https", address=f"{server.url()}/{status}", auth_scheme=scheme, username="us",
                             ask_path="/x/{key}", pull_path="/list", sign_scheme="hmac")
            keep(made, signing_key=CANARIES["signing_key"], **signs[scheme])
            exchange(made, f"{scheme} {status}")
        for where, token_path in (("basic", "/token"), ("body", "/token"), ("body", "/400")):
            made = connector("https", address=f"{server.url()}/422", auth_scheme="oauth2", username="us",
                             oauth_token_url=f"{server.url()}{token_path}", oauth_client_auth=where, pull_path="/list")
            keep(made, client_secret=CANARIES["client_secret"])
            exchange(made, f"oauth {where} {token_path}")
    made = connector("https", address="http://127.0.0.1:9", auth_scheme="basic", username="us", pull_path="/x")
    keep(made, password=CANARIES["password"])
    exchange(made, "dead server")


def mutual_tls(folder):
    authority = Authority()
    certificate, plain_key = authority.issue("us")
    key = serialization.load_pem_private_key(plain_key.encode(), None)
    passphrase = CANARIES["passphrase"]
    sealed = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                               serialization.BestAvailableEncryption(passphrase.encode())).decode()
    used["client_key"], used["client_key_plain"] = sealed, plain_key
    context = server_context(folder, *authority.issue("127.0.0.1"), client_ca=authority.pem)
    with WebServer(echo, context) as server:
        for what, secret in (("right", passphrase), ("wrong", passphrase + "?")):
            made = connector("https", address=server.url(), ca_pem=authority.pem, pull_path="/x")
            keep(made, client_certificate=certificate, client_key=sealed, passphrase=secret)
            exchange(made, f"mtls {what}")


def sftp():
    with Sshd() as bank:
        used["ssh_key"] = bank.text("user")
        (bank.root / "in" / "a.txt").write_bytes(b"a file")
        for what, secrets in (
            ("key", {"private_key": bank.text("user")}),
            ("password", {"password": CANARIES["password"]}),
            ("damaged key", {"private_key": bank.text("user").replace("A", "B"), "passphrase": CANARIES["passphrase"]}),
        ):
            made = connector("sftp", address=f"sftp://127.0.0.1:{bank.port}{bank.root}", username=bank.user,
                             settle_seconds=0, host_keys=f"ssh-ed25519 {bank.fingerprint()}")
            keep(made, **secrets)
            exchange(made, f"sftp {what}")


def soap():
    wsdl = (Path(host.__file__).parent / "tests/samples/rates.wsdl").read_bytes()
    envelope = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>'
    fault = "<s:Fault><faultcode>s:Client</faultcode><faultstring>%s</faultstring></s:Fault>"
    right = '<RateResponse xmlns="urn:test:rates"><rate>1.1</rate></RateResponse>'

    def answer(call):
        xml = {"Content-Type": "text/xml"}
        if b"EUR" in call.body:
            return 200, xml, (envelope % right).encode()
        told = call.body.decode().replace("&", "&amp;").replace("<", "&lt;")
        return 500, xml, (envelope % (fault % told)).encode()

    with WebServer(answer) as server:
        made = connector("soap", address=f"{server.url()}/rates", auth_scheme="wsse", username="us",
                         wsdl=base64.b64encode(wsdl))
        keep(made, password=CANARIES["wsse"])
        env.cr.commit()
        for currency in ("EUR", "USD"):
            try:
                made._transport().invoke("Rate", currency=currency, day="2026-01-05")
                done.append([f"soap {currency}", "processed", "ok"])
            except Exception as error:
                env["finance.exception"]._report(made, "soap", str(error), connector_id=made.id)
                logging.getLogger("canary").exception("soap")
                done.append([f"soap {currency}", "refused", "ok"])
            env.cr.commit()


def pgp(root):
    passphrase = CANARIES["pgp_passphrase"]
    with PgpKeys() as keys:
        bank = keys.make("bank")
        keys.gpg("--passphrase", passphrase, "--quick-generate-key", "us", "rsa2048", "sign,encrypt", "30d")
        ours = keys.gpg("--passphrase", passphrase, "--armor", "--export-secret-keys", "us").decode()
        used["pgp_key"] = ours
        for what, secret in (("right", passphrase), ("wrong", passphrase + "?")):
            for name in ("in", "out", "archive"):
                (root / what / name).mkdir(parents=True, exist_ok=True)
            made = connector("folder", address=what, settle_seconds=0, pgp_public_key=keys.public(bank),
                             pgp_fingerprints=bank)
            made.flow_ids.filtered(lambda flow: flow.direction == "out").steps = "zip, pgp"
            keep(made, pgp_key=ours, pgp_passphrase=secret)
            exchange(made, f"pgp {what}")


def webhook():
    made = connector("upload", webhook_scheme="stripe")
    secret = CANARIES["webhook"]
    keep(made, webhook=secret)
    env.cr.commit()
    token = env["finance.webhook.address"].search([("connector_id", "=", made.id)]).token
    body = b'{"id": "evt_1", "type": "payout.paid", "created": 1}'
    for key in (secret, "another secret"):
        headers = {"Content-Type": "application/json", **webhook_maker.stripe(body, int(time.time()), (key,))}
        status, _answer = env["finance.hook"]._receive(token, headers, body)
        done.append([f"webhook {status}", "processed", "ok"])
        env.cr.commit()


def defects():
    """What Odoo and the queue do with an exception that names a secret, and a statement that fails with one."""
    secret = CANARIES["token"]
    try:
        with env.cr.savepoint():
            env.cr.execute("INSERT INTO no_such_table VALUES (%s)", [secret])
    except Exception:
        logging.getLogger("canary").exception("a failed statement with %s", {"deep": [secret]})
    made = connector("upload")
    message = env["finance.deliver"]._submit(made, "file", b"x", key="defect", name="x")
    env.cr.commit()
    job = Job.load(env, env["queue.job"].search([], limit=1, order="id desc").uuid)
    try:
        raise ValueError(f"refused: {secret}")
    except ValueError as error:
        job.set_failed(exc_name="ValueError", exc_message=str(error), exc_info=traceback.format_exc())
    job.result = secret
    job.store()
    message._on_job_failed("ValueError", f"refused: {secret}", "")
    env.cr.commit()


root = host.folder_root()
with tempfile.TemporaryDirectory() as folder:
    https()
    soap()
    defects()
    if not LEAK:
        mutual_tls(folder)
        sftp()
        pgp(root)
        webhook()
for role in ("user", "operator", "approver", "admin", "auditor"):
    group = env.ref(f"finance_connector_base.group_{role}")
    env["res.users"].create({"name": role, "login": f"canary_{role}", "password": f"canary_{role}",
                             "group_ids": [(6, 0, group.ids)]})
env.cr.commit()
Path(RESULT).write_text(json.dumps({"used": used, "done": done}))
