#!/usr/bin/env bash
# Odoo with workers and job runner on a database: serve.sh DATABASE
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
load_settings

database=${1:?usage: serve.sh DATABASE}
"$HOME_DIR/bin/psql" -d "$database" -c '' 2>/dev/null ||
    fail "There is no database '$database' yet; make demo makes 'demo'."

http_port=$(free_port "$HTTP_PORT")
gevent_port=$(free_port "$GEVENT_PORT")
[ "$gevent_port" != "$http_port" ] || gevent_port=$(free_port $((http_port + 1)))
[ "$http_port" = "$HTTP_PORT" ] || echo "Port $HTTP_PORT is taken, so Odoo listens on $http_port."
log=${SERVER_LOG:-$LOGS/server.log}
cat <<TEXT

    Odoo:      http://127.0.0.1:$http_port
    User:      admin
    Password:  admin
    Log:       ${log#"$ROOT/"}

Ctrl-C ends it.
TEXT
exec "$HOME_DIR/bin/odoo" -d "$database" --http-interface "${HTTP_INTERFACE:-127.0.0.1}" --http-port "$http_port" \
    --gevent-port "$gevent_port" --workers "${WORKERS:-2}" --load base,rpc,web,queue_job,finance_connector_base >>"$log" 2>&1
