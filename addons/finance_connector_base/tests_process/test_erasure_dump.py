"""A person's canary text is nowhere in the database or the file store after an erasure but where the law keeps it."""

import base64
import json
import re
import secrets
import subprocess

import pytest
from canaries import forms

from runner.databases import odoo_command, odoo_environment
from runner.layout import HOME, ROOT

PG_DUMP = """
set -eu
. "$1/setup/lib/common.sh"
. "$1/setup/lib/postgres.sh"
connect_postgres
exec "${PG_BIN:+$PG_BIN/}pg_dump" "$2"
"""
MAKE = """
partner = env["res.partner"].create({"name": "Contact 14"})
connector = env["finance.connector"].create(
    {"name": "Files", "code": "erasure.files", "transport": "upload", "domain": "bank", "state": "active"})
intake = env["finance.intake"]
small, large, kept = [
    intake._store(connector, "file", f"{text} {NAME if text != 'kept' else KEPT}".encode() + filler, name=text)[0]
    for text, filler in (("small", b""), ("large", b"." * 90_000), ("kept", b""))]
env.cr.execute("UPDATE finance_message SET state = 'processed', done_on = now() WHERE id = ANY(%s)",
               [(small | large | kept).ids])
env.invalidate_all()
attempts = env["finance.attempt"].sudo().create([
    {"message_id": small.id, "company_id": small.company_id.id, "number": 1, "step": "send", "outcome": "failed",
     "text": f"unknown payer {NAME.upper()}", "answer": __import__("base64").b64encode(NAME.encode()),
     "answer_sha256": "x"}])
case = small._open_case("bank.refused", f"{NAME} is not known", blocking=False)
case.message_post(body=f"I rang {NAME}")
partner.name = NAME
move = env["account.move"].create({"move_type": "entry", "journal_id": env["account.journal"].search([], limit=1).id
                                   or env["account.journal"].create({"name": "M", "code": "M", "type": "general"}).id})
env["finance.link"]._add(connector, "entry", "e1", move, kept)
env.cr.commit()
"""
ERASE = """
request = env["finance.erasure"].create({"name": "DSR-1", "partner_id": partner.id, "reason": "art. 17",
                                         "terms": f"{NAME}\\n{KEPT}"})
request.sudo()._find()
found = {f"{line.model} {line.part} {line.verdict}": line.count for line in request.line_ids}
request.sudo().state = "erasing"
env.cr.commit()
request.sudo().erase_job()
env.cr.commit()
env["ir.attachment"]._gc_file_store_unsafe()
partner.unlink()   # Odoo's own part of the request
env.cr.commit()
report = env["finance.audit.sealer"].sudo()
report._cron_seal()
env.cr.commit()
report = report._verify()
import json
print("RESULT", json.dumps({"found": found, "ok": report.ok, "faults": [str(f) for f in report.faults][:5]}))
"""


def shell(database, environment, script):
    done = subprocess.run(
        odoo_command("shell", "-d", database, "--no-http", "--log-level=warn"), env=odoo_environment(**environment),
        input=script, capture_output=True, text=True, timeout=240, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    return done.stdout


def everything(database):
    """The database as text, what it shows as hex opened, and every file of the file store."""
    done = subprocess.run(["bash", "-c", PG_DUMP, "-", str(ROOT), database], capture_output=True, check=True)
    text = done.stdout.decode("utf-8", "replace")
    parts = [text]
    for value in re.findall(r"\\x([0-9a-f]{16,})", text):
        raw = bytes.fromhex(value[: len(value) // 2 * 2])
        parts.append(raw.decode("latin-1"))
        try:
            parts.append(base64.b64decode(raw, validate=True).decode("latin-1"))
        except ValueError:
            continue
    folder = HOME / "data" / "filestore" / database
    return parts, [path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()]


def hits(parts, name):
    wanted = {form for word in (name, name.upper()) for form in forms(word)}
    return [line[:200] for part in parts for line in part.splitlines() if any(form in line for form in wanted)]


@pytest.fixture
def names():
    return f"Xq{secrets.token_hex(8)}", f"Kq{secrets.token_hex(8)}"


def test_gone_from_dump_and_files(odoo_database, tmp_path, names):
    database, (name, kept) = odoo_database(), names
    environment = {"FINANCE_KEY_FILE": str(tmp_path / "keys")}
    given = f"NAME, KEPT = {name!r}, {kept!r}\n"
    found_again = "partner = env['res.partner'].search([('name', '=', NAME)])\n"
    shell(database, environment, given + MAKE)
    parts, files = everything(database)
    assert len(hits(parts, name)) >= 5, "it was not written, so its absence would mean nothing"
    assert hits(files, name)
    out = shell(database, environment, given + found_again + ERASE)
    result = json.loads(re.search(r"RESULT (.*)", out)[1])
    assert result["ok"], result
    assert result["found"]["finance.message payload erase"] == 2
    assert result["found"]["finance.message payload law"] == 1
    parts, files = everything(database)
    assert hits(files, name) == []
    assert hits(parts, name) == []
    assert hits(parts, kept), "evidence for the books stays"
