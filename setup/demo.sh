#!/usr/bin/env bash
# The main job on demo data: a fresh database "demo" with all addons, the demo bank files imported and
# matched, the result as a table; then Odoo to look at it. SERVE=0 stops after the table.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

database=demo
echo "Database $database: a fresh copy with demo data (the first time this takes a minute or two)"
"$HOME_DIR/bin/newdb" "$database" --addons --demo >"$LOGS/demo.log" || exit 1
echo "Importing and matching the demo bank files"
"$HOME_DIR/bin/odoo" finance demo -d "$database" --json "$HOME_DIR/demo.json"
[ "${SERVE:-1}" = 0 ] || exec "$ROOT/setup/serve.sh" "$database"
