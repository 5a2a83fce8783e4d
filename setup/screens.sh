#!/usr/bin/env bash
# Pictures of the demo database for docs/pictures: screens.sh [NAME ...], names as in screens.txt; or screens.sh desk-film
# for the film strip of the matching desk.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
load_settings

port=$(free_port "$HTTP_PORT")
mkdir -p "$ROOT/docs/pictures"
"$HOME_DIR/bin/odoo" -d demo --http-port "$port" --max-cron-threads 0 >"$LOGS/screens.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
tries=0
until "$VENV/bin/python" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/web/health')" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 120 ] && kill -0 "$server" || fail "Odoo did not start; see .odoo/log/screens.log."
    sleep 0.5
done
if [ "$*" = desk-film ]; then
    "$VENV/bin/python" "$ROOT/setup/desk_film.py" "http://127.0.0.1:$port" "$ROOT/docs/pictures/desk-film"
    exit
fi
"$VENV/bin/python" "$ROOT/setup/screens.py" "http://127.0.0.1:$port" "$ROOT/setup/screens.txt" \
    "$ROOT/docs/pictures" "$@"
