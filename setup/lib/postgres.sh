# shellcheck shell=bash
# The database server: a given one, or a cluster of our own under .odoo/pg.
# Our own serves demos and tests of this clone only, over a socket in a private directory; it trades
# safety against power failure for speed (fsync off). Real books belong on a server of their own.

PG_PORT=5432    # only names the socket: the cluster listens on no network address

server_given() { [ -n "${DATABASE_URL:-}" ] || [ "${PG_OWN:-}" = no ] || [ -n "${GIVEN_PGHOST:-}" ]; }

find_postgres() { # the newest installed server programs from 13 on, or those of the existing cluster
    local wanted='' bin version best=0
    [ -f "$HOME_DIR/pg/data/PG_VERSION" ] && wanted=$(cat "$HOME_DIR/pg/data/PG_VERSION")
    for bin in /usr/lib/postgresql/*/bin "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
        [ -x "$bin/initdb" ] || continue
        version=$("$bin/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
        [ "$version" -ge 13 ] || continue
        [ -n "$wanted" ] && [ "$version" != "$wanted" ] && continue
        if [ "$version" -gt "$best" ]; then
            best=$version
            PG_BIN=$bin
        fi
    done
    [ "$best" -gt 0 ] && remember PG_BIN "$PG_BIN"
}

database_server() {
    if server_given; then
        use_given_server
        return
    fi
    find_postgres
    remember PG_OWN yes
    if [ ! -f "$HOME_DIR/pg/data/.complete" ]; then create_cluster; fi
    start_postgres
}

use_given_server() {
    if [ -n "${DATABASE_URL:-}" ]; then
        "$VENV/bin/python" - "$DATABASE_URL" <<'PYTHON' >"$HOME_DIR/url"
import shlex, sys
from urllib.parse import unquote, urlsplit

url = urlsplit(sys.argv[1])
for key, value in (("PGHOST", url.hostname), ("PGPORT", url.port or 5432), ("PGUSER", url.username),
                   ("PGPASSWORD", url.password)):
    print(f"{key}={shlex.quote(unquote(str(value or '')))}")
PYTHON
        # shellcheck source=/dev/null
        . "$HOME_DIR/url"
        rm "$HOME_DIR/url"
    elif [ -n "${GIVEN_PGHOST:-}" ]; then
        PGHOST=$GIVEN_PGHOST PGPORT=${GIVEN_PGPORT:-5432} PGUSER=${GIVEN_PGUSER:-$(id -un)}
        PGPASSWORD=${GIVEN_PGPASSWORD:-}
    fi
    export PGHOST PGPORT PGUSER PGPASSWORD
    [ "$PGUSER" != postgres ] || fail "Odoo refuses to work as database user 'postgres'; give another role."
    local answer
    answer=$(psql -w -d postgres -Atc "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user") ||
        fail "The database server $PGHOST:$PGPORT does not let in user $PGUSER (see the log)." \
            "Check PGHOST, PGPORT, PGUSER, PGPASSWORD or DATABASE_URL."
    [ "$answer" = t ] || fail "Role $PGUSER may not create databases: ALTER ROLE $PGUSER CREATEDB;"
    remember PGHOST "$PGHOST"
    remember PGPORT "$PGPORT"
    remember PGUSER "$PGUSER"
    remember PGPASSWORD "${PGPASSWORD:-}"
    remember PG_OWN no
    # Clones that share a server must not share templates: their files lie in each clone.
    remember PG_PREFIX "fc$(key_of "$ROOT" | cut -c1-4)_"
    note "server $PGHOST"
}

server_user() { # PostgreSQL refuses to run as root
    [ "$(id -u)" -eq 0 ] || { id -un; return; }
    local user
    for user in postgres nobody; do
        if id "$user" >/dev/null 2>&1; then
            echo "$user"
            return
        fi
    done
    fail "PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it as."
}

as_server_user() {
    local user
    user=$(server_user)
    if [ "$user" = "$(id -un)" ]; then "$@"; else (cd / && runuser -u "$user" -- "$@"); fi
}

create_cluster() {
    local place="$HOME_DIR/pg" user data
    user=$(server_user)
    if [ ! -e "$place" ] && ! as_server_user test -x "$HOME_DIR"; then
        # A clone below a closed home directory: the server user cannot get there.
        place="/var/lib/finance-connectors-$(key_of "$ROOT")"
        mkdir -p "$place"
        ln -sfn "$place" "$HOME_DIR/pg"
    fi
    mkdir -p "$place"
    place=$(cd "$place" && pwd -P)
    data="$place/data"
    stop_cluster "$data"
    rm -rf "$data" "$place"/run-*
    chown "$user" "$place"
    chmod 700 "$place"
    as_server_user "$PG_BIN/initdb" -D "$data" -U odoo -A trust -E UTF8 --locale=C.UTF-8 --no-sync
    # A fresh name each time: a server whose files were deleted under it (git clean) removes its own
    # socket when it notices, and must not hit ours. A socket's path has at most 107 characters.
    local run="$place/run-$$"
    if [ ${#run} -gt 85 ]; then run="/tmp/finance-$(key_of "$ROOT" "$$" | cut -c1-8)"; fi
    remember PGHOST "$run"
    remember PGPORT "$PG_PORT"
    remember PGUSER odoo
    remember PGPASSWORD ""
    remember PG_PREFIX ""
    as_server_user tee -a "$data/postgresql.conf" >/dev/null <<CONFIGURATION
listen_addresses = ''
unix_socket_directories = '$run'
port = $PG_PORT
max_connections = 300
shared_buffers = 256MB
max_wal_size = 4GB
fsync = off                  # demos and tests only: a power cut may cost the whole cluster
full_page_writes = off
CONFIGURATION
    as_server_user touch "$data/.complete"
}

stop_cluster() { # a cluster that was left half made
    if [ -f "$1/postmaster.pid" ]; then as_server_user "$PG_BIN/pg_ctl" -D "$1" -m immediate stop || true; fi
}

start_postgres() { # does nothing when it answers
    [ "${PG_OWN:-}" = yes ] || return 0
    "$PG_BIN/pg_isready" -q -h "$PGHOST" -p "$PGPORT" && return
    local place
    place=$(cd "$HOME_DIR/pg" && pwd -P)
    mkdir -p "$PGHOST"
    chown "$(server_user)" "$PGHOST"
    chmod 700 "$PGHOST"
    as_server_user "$PG_BIN/pg_ctl" -D "$place/data" -l "$place/log" -w -t 60 start >/dev/null 8>&- 9>&- ||
        fail "PostgreSQL did not start; its own words are in .odoo/pg/log." \
            "To begin with an empty one: delete .odoo/pg, then run make setup."
}

connect_postgres() { # for scripts that speak to the server
    load_settings
    start_postgres
    export PGHOST PGPORT PGUSER PGPASSWORD
    if [ -z "${PGPASSWORD:-}" ]; then unset PGPASSWORD; fi
    if [ -n "${PG_BIN:-}" ]; then export PATH="$PG_BIN:$PATH"; fi
}
