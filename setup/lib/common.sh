# shellcheck shell=bash
# Paths, remembered settings and the printing of steps; sourced by every script of setup/.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
HOME_DIR="$ROOT/.odoo"            # everything setup makes; ignored by git
LOGS="$HOME_DIR/log"
SETTINGS="$HOME_DIR/settings"     # what was found or chosen: KEY=value, read by bash
ADVICE="$LOGS/advice"
VENV="$HOME_DIR/venv"
export LC_ALL=C.UTF-8

# Odoo options may come from the environment and would win over our configuration.
unset PGDATABASE ODOO_RC OPENERP_SERVER

remember() { # remember KEY VALUE: keep a setting for later runs and for the launchers
    declare -g "$1=$2"
    local line
    line=$(printf '%s=%q' "$1" "$2")
    grep -qsxF "$line" "$SETTINGS" && return
    mkdir -p "$HOME_DIR"
    (
        umask 077                   # may hold a database password
        { grep -v "^$1=" "$SETTINGS" 2>/dev/null || true; echo "$line"; } >"$SETTINGS.new"
    )
    mv "$SETTINGS.new" "$SETTINGS"
}

load_settings() {
    # shellcheck source=/dev/null
    [ -f "$SETTINGS" ] && . "$SETTINGS"
    return 0
}

key_of() { # a short key of the given files and words: same key, nothing to do
    { for item in "$@"; do if [ -f "$item" ]; then cat "$item"; else printf '%s\n' "$item"; fi; done; } |
        sha256sum | cut -c1-16
}

made() { # made NAME KEY: was this made already, from exactly this?
    [ "$(cat "$HOME_DIR/stamps/$1" 2>/dev/null)" = "$2" ]
}

mark_made() {
    mkdir -p "$HOME_DIR/stamps"
    printf '%s' "$2" >"$HOME_DIR/stamps/$1"
}

fail() { # plain words for the person at the keyboard, shown under the step that failed
    mkdir -p "$LOGS"
    printf '%s\n' "$@" >"$ADVICE"
    printf '%s\n' "$@" >&2
    exit 1
}

free_port() { # free_port WISH: the first free loopback port from WISH on
    "$VENV/bin/python" - "$1" <<'PYTHON'
import socket, sys

port = int(sys.argv[1])
while True:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            port += 1
            continue
    print(port)
    break
PYTHON
}

STEP=0 STEPS=0
steps() { STEPS=$1; }           # how many there will be

step() { # step TITLE FUNCTION: run it, output to a log; one line for the person
    STEP=$((STEP + 1))
    local title="$1" body="$2" log="$LOGS/$STEP-$2.log" began=$SECONDS code=0 ticker=
    mkdir -p "$LOGS"
    rm -f "$ADVICE"
    printf '[%d/%d] %s ... ' "$STEP" "$STEPS" "$title"
    if [ -t 1 ]; then
        (while sleep 1; do
            printf '\r[%d/%d] %s ... %d s ' "$STEP" "$STEPS" "$title" $((SECONDS - began))
        done) &
        ticker=$!
    fi
    # Not in an "if": bash would ignore "set -e" inside.
    set +e
    (set -e; "$body") >"$log" 2>&1 </dev/null
    code=$?
    set -e
    if [ -n "$ticker" ]; then
        kill "$ticker" 2>/dev/null || true
        wait "$ticker" 2>/dev/null || true
        printf '\r[%d/%d] %s ... ' "$STEP" "$STEPS" "$title"
    fi
    if [ "$code" -ne 0 ]; then
        echo "FAILED"
        if [ -s "$ADVICE" ]; then
            sed 's/^/    /' "$ADVICE"
        else
            tail -n 12 "$log" | sed 's/^/    /'
        fi
        echo "    The whole output is in ${log#"$ROOT"/}; run the same command again afterwards, it goes on here."
        exit 1
    fi
    local note=
    if [ -s "$log.note" ]; then note=", $(cat "$log.note")"; rm -f "$log.note"; fi
    echo "ok, $((SECONDS - began)) s$note"
    load_settings
}

note() { # one short remark behind "ok" (called inside a step)
    # shellcheck disable=SC2154
    printf '%s' "$1" >"$log.note"       # "log" is the variable of "step", which called us
}
