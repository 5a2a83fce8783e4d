# shellcheck shell=bash
# .odoo/odoo.conf and .odoo/bin/: what runs Odoo with this project's interpreter, libraries and addons.

launchers() {
    mkdir -p "$HOME_DIR/bin" "$HOME_DIR/data"
    [ -n "${HTTP_PORT:-}" ] || remember HTTP_PORT "$(free_port 8069)"
    [ -n "${GEVENT_PORT:-}" ] || remember GEVENT_PORT "$(free_port $((HTTP_PORT + 1)))"
    write_configuration >"$HOME_DIR/odoo.conf.new"
    chmod 600 "$HOME_DIR/odoo.conf.new"          # may hold the database password
    mv "$HOME_DIR/odoo.conf.new" "$HOME_DIR/odoo.conf"
    # With workers, Odoo starts a second process through the script it was started by;
    # "python -m odoo" cannot do that, hence this script.
    printf '%s\n' 'import odoo.cli' '' 'if __name__ == "__main__":' '    odoo.cli.main()' \
        >"$HOME_DIR/bin/server.py"
    local tool
    for tool in "$ROOT"/setup/bin/*; do
        ln -sfn "../../setup/bin/$(basename "$tool")" "$HOME_DIR/bin/$(basename "$tool")"
    done
}

write_configuration() {
    cat <<CONFIGURATION
# Written by make setup; changes are lost. For a server of your own take this as a start.
[options]
addons_path = $ROOT/addons${ODOO_ADDONS:+,$ODOO_ADDONS}
data_dir = $HOME_DIR/data
db_host = $PGHOST
db_port = $PGPORT
db_user = $PGUSER
${PGPASSWORD:+db_password = $PGPASSWORD}
http_interface = 127.0.0.1
http_port = $HTTP_PORT
gevent_port = $GEVENT_PORT
server_wide_modules = base,rpc,web,queue_job,finance_connector_base
max_cron_threads = 1
limit_time_cpu = 300
limit_time_real = 600

[queue_job]
host = 127.0.0.1
channels = root:4,root.finance:3,root.finance.pay:1,root.finance.event:2
CONFIGURATION
}
