#!/usr/bin/env bash
# The auditor's walk: export the audit trail, verify it without Odoo, tamper with it, see it found.
#   docs/audit/walk.sh DATABASE        (a copy, not the one you work with: step 5 changes a row and changes it back)
# ODOO, PSQL and PYTHON name other commands than those that make setup leaves under .odoo/.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
DB=${1:?name of a database}
ODOO=${ODOO:-$ROOT/.odoo/bin/odoo}
PSQL=${PSQL:-$ROOT/.odoo/bin/psql}
PYTHON=${PYTHON:-$ROOT/.odoo/venv/bin/python}
VERIFY=$ROOT/addons/finance_connector_base/audit/verify.py
FOLDER=$(mktemp -d)
trap 'rm -rf "$FOLDER"' EXIT
# copies of the checkpoints go to storage that is written once; here a folder stands for it
export FINANCE_AUDIT_ANCHOR_FOLDER=${FINANCE_AUDIT_ANCHOR_FOLDER:-$FOLDER/anchors}

step() { printf '\n== %s\n' "$*"; }
sql() { "$PSQL" -X -q -v ON_ERROR_STOP=1 -At -d "$DB" -c "$1"; }
offline() { "$PYTHON" -I "$VERIFY" "$1" --trust "$KEY" --anchors "$ANCHORS"; }
must_fail() { if "$@"; then echo "This should have been found." >&2; exit 1; else echo "→ found"; fi; }

step "1. The hub verifies its own trail"
"$ODOO" finance audit verify -d "$DB" --as admin | "$PYTHON" -c 'import json,sys; print(json.load(sys.stdin)["text"])'

step "2. Export; the fingerprint of the signing key is what the auditor noted down at the start"
KEY=$("$ODOO" finance audit keys -d "$DB" | "$PYTHON" -c 'import json,sys; print(json.load(sys.stdin)["current"])')
"$ODOO" finance audit export --to "$FOLDER/export" -d "$DB"
ANCHORS=$(find "$FINANCE_AUDIT_ANCHOR_FOLDER" -mindepth 1 -maxdepth 1 -type d | head -1)
ls -l "$FOLDER/export" "$FOLDER/export/chains"

step "3. Verify the export: one Python file, no Odoo"
offline "$FOLDER/export"

step "4. Tamper with the export"
CHAIN=$(find "$FOLDER/export/chains" -name '*.jsonl' -size +0 | sort | head -1)
cp -r "$FOLDER/export" "$FOLDER/tampered"
TAMPERED=$FOLDER/tampered/chains/$(basename "$CHAIN")
echo "– another user in the first event of $(basename "$CHAIN")"
sed -i '1s/"uid":[0-9]*/"uid":4711/' "$TAMPERED"
must_fail offline "$FOLDER/tampered"
echo "– its last event cut off"
cp "$CHAIN" "$TAMPERED"; sed -i '$d' "$TAMPERED"
must_fail offline "$FOLDER/tampered"

step "5. Tamper with the database: as the owner of its tables, with the guards switched off for a moment"
guarded() {
    sql "BEGIN; ALTER TABLE finance_audit_event DISABLE TRIGGER finance_keep_rows; $1;
         ALTER TABLE finance_audit_event ENABLE ALWAYS TRIGGER finance_keep_rows; COMMIT"
}
must_fail sql "UPDATE finance_audit_event SET uid = 4711 WHERE id = (SELECT min(id) FROM finance_audit_event)"
ROW=$(sql "SELECT min(id) FROM finance_audit_seal")
OLD=$(sql "SELECT uid FROM finance_audit_event WHERE id = $ROW")
guarded "UPDATE finance_audit_event SET uid = 4711 WHERE id = $ROW"
must_fail "$ODOO" finance audit verify -d "$DB" --as admin
guarded "UPDATE finance_audit_event SET uid = $OLD WHERE id = $ROW"

step "6. Changed back, everything fits again"
"$ODOO" finance audit verify -d "$DB" --as admin | "$PYTHON" -c 'import json,sys; print(json.load(sys.stdin)["text"])'
