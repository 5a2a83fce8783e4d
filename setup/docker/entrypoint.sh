#!/usr/bin/env bash
# In a container: "prepare" makes the database once, "serve" runs a node on it.
set -euo pipefail
cd "$(dirname "$0")/../.."
setup/setup.sh run
case "${1:-serve}" in
prepare)
    .odoo/bin/psql -d "$DB" -c '' 2>/dev/null || .odoo/bin/newdb "$DB" --addons ${DEMO:+--demo}
    ;;
serve) exec setup/serve.sh "$DB" ;;
*) exec .odoo/bin/odoo "$@" ;;
esac
