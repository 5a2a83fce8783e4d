#!/usr/bin/env bash
# Stops the database server of this clone and takes .odoo/ away.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
. "$ROOT/setup/lib/postgres.sh"
load_settings
if [ "${PG_OWN:-}" = yes ] && [ -d "$HOME_DIR/pg" ]; then
    place=$(cd "$HOME_DIR/pg" && pwd -P)
    stop_cluster "$place/data"
    rm -rf "$place" "$PGHOST"
fi
rm -rf "$HOME_DIR"
