#!/usr/bin/env bash
# The main job on demo data: a database "demo" with all addons, the demo bank files imported and matched,
# the result as a table; then Odoo to look at it. SERVE=0 stops after the table. The database is kept for
# the next run, which finds nothing new; it is made afresh when the addons changed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
. "$ROOT/setup/lib/postgres.sh"
. "$ROOT/setup/lib/template.sh"

database=demo
connect_postgres
key=$(addons_key "$(own_addons)")
if [ "$(database_note "$database")" = "$key" ]; then
    echo "Database $database: as the last run left it"
else
    echo "Database $database: a fresh copy with demo data (the first time this takes some minutes)"
    "$HOME_DIR/bin/newdb" "$database" --addons --demo >"$LOGS/demo.log"
    write_database_note "$database" "$key"
fi
echo "Importing and matching the demo bank files"
"$HOME_DIR/bin/odoo" finance demo -d "$database" --json "$HOME_DIR/demo.json"
[ "${SERVE:-1}" = 0 ] || exec "$ROOT/setup/serve.sh" "$database"
