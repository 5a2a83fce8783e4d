# shellcheck shell=bash
# Template databases: Odoo with account and queue_job, made once and copied in a second.

template_name() { echo "${PG_PREFIX:-}tmpl${1:+_demo}"; }     # template_name [demo]

template_key() {
    key_of "$ODOO_VERSION" "$ROOT/requirements.txt" "$HOME_DIR/data" account,queue_job "recipe 1"
}

in_postgres() { psql -X -q -v ON_ERROR_STOP=1 -d postgres -At "$@"; }

database_note() { # the comment on a database: which state of the sources it was made from
    in_postgres -v name="$1" <<<"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :'name'"
}

write_database_note() {
    in_postgres -v name="$1" -v note="$2" <<<"COMMENT ON DATABASE :\"name\" IS :'note'"
}

close_database() { # nobody connects any more: it can be copied at any time
    in_postgres -v name="$1" <<<'ALTER DATABASE :"name" ALLOW_CONNECTIONS false'
}

drop_database() {
    dropdb --if-exists --force "$1" 2>/dev/null || dropdb --if-exists "$1"
    rm -rf "$HOME_DIR/data/filestore/$1"
}

copy_database() { # copy_database FROM TO: tables, then files; what Odoo stored is never changed, only added
    drop_database "$2"
    createdb -T "$1" "$2"
    local files="$HOME_DIR/data/filestore"
    [ ! -d "$files/$1" ] || cp -al "$files/$1" "$files/$2" 2>/dev/null || cp -a "$files/$1" "$files/$2"
}

rename_database() {
    drop_database "$2"
    in_postgres -v old="$1" -v new="$2" <<<'ALTER DATABASE :"old" RENAME TO :"new"'
    [ ! -d "$HOME_DIR/data/filestore/$1" ] || mv "$HOME_DIR/data/filestore/$1" "$HOME_DIR/data/filestore/$2"
}

locked() { # locked NAME COMMAND...: one at a time for each name, also among processes
    local name="$1"
    shift
    (
        flock 8
        "$@"
    ) 8>"$HOME_DIR/lock-$name"
}

make_template() { # make_template [demo]: with or without Odoo's demo data
    connect_postgres
    locked "$(template_name "${1:-}")" build_template "${1:-}"
}

build_template() {
    local name key log demo="$1"
    name=$(template_name "$demo")
    key=$(template_key)
    [ "$(database_note "$name")" = "$key" ] && return
    drop_database "${name}_new"
    log="$LOGS/install-${name#"${PG_PREFIX:-}"}.log"
    "$HOME_DIR/bin/odoo" -d "${name}_new" -i account,queue_job ${demo:+--with-demo} --stop-after-init \
        --no-http --max-cron-threads 0 >"$log" 2>&1 ||
        fail "Odoo could not set up its own tables; its words are in ${log#"$ROOT"/}."
    drop_database "$name"
    rename_database "${name}_new" "$name"
    write_database_note "$name" "$key"
    close_database "$name"
}

# --- with this project's addons installed ---------------------------------------------------------

own_addons() {
    local manifest
    for manifest in "$ROOT"/addons/*/__manifest__.py; do
        [ -f "$manifest" ] && basename "$(dirname "$manifest")"
    done | paste -sd,
}

addons_template_name() { # addons_template_name ADDONS [demo]: one template for each choice of addons
    local suffix=addons
    [ "$1" = "$(own_addons)" ] || suffix=$(key_of "$1" | cut -c1-8)
    echo "$(template_name "${2:-}")_$suffix"
}

addons_key() { # changes with every source that can change what is stored in a database
    local sources
    sources=$(cd "$ROOT/addons" && IFS=, && for addon in $1; do
        find "$addon" -type f -not -path '*/tests/*' -not -path '*/tests_process/*' \
            -not -path '*/static/*' -not -path '*/readme/*' -not -name '*.pyc' -print0
    done | sort -z | xargs -0 sha256sum)
    key_of "$(template_key)" "$sources" "recipe 1"
}

build_addons_template() { # build_addons_template ADDONS [demo]
    local addons="$1" demo="${2:-}" name key log
    name=$(addons_template_name "$addons" "$demo")
    key=$(addons_key "$addons")
    log="$LOGS/install-${name#"${PG_PREFIX:-}"}.log"
    [ -f "$log" ] && [ "$(database_note "$name")" = "$key" ] && return
    copy_database "$(template_name "$demo")" "${name}_new"
    "$HOME_DIR/bin/odoo" -d "${name}_new" -i "$addons" ${demo:+--with-demo} --stop-after-init \
        --no-http --max-cron-threads 0 >"$log" 2>&1 ||
        fail "The addons ($addons) could not be installed; Odoo's words are in ${log#"$ROOT"/}:" \
            "$(grep -E ' (ERROR|CRITICAL) |^[A-Za-z.]*(Error|Exception):' "$log" | head -n 5)"
    # Scripts and styles of the web client are put together once, not at every first page.
    "$HOME_DIR/bin/odoo" shell -d "${name}_new" --no-http --log-level=warn \
        <<<"env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()" >/dev/null
    drop_database "$name"
    rename_database "${name}_new" "$name"
    write_database_note "$name" "$key"
    close_database "$name"
}

# --- copies ---------------------------------------------------------------------------------------

fresh_database() { # fresh_database NAME ADDONS [demo]; ADDONS may be empty
    local addons="$2" demo="${3:-}" template
    make_template "$demo"
    template=$(template_name "$demo")
    if [ -n "$addons" ]; then template=$(addons_template_name "$addons" "$demo"); fi
    locked "$template" copy_template "$@"
    # A database of its own, not a copy that has to keep still.
    psql -X -q -d "$1" \
        -c "UPDATE ir_config_parameter SET value = gen_random_uuid() WHERE key = 'database.uuid'" \
        -c "DELETE FROM ir_config_parameter
             WHERE key IN ('finance_connector_base.fingerprint', 'finance_connector_base.home')"
}

copy_template() {
    local demo="${3:-}"
    if [ -n "$2" ]; then
        build_addons_template "$2" "$demo"
        copy_database "$(addons_template_name "$2" "$demo")" "$1"
    else
        copy_database "$(template_name "$demo")" "$1"
    fi
}
