#!/usr/bin/env bash
# Makes a fresh Debian or Ubuntu machine ready to run this project; run again, it changes nothing.
# usage: setup.sh [run|tests|python]    what it is for; "run" when not said
#
# From the environment, all optional and remembered in .odoo/settings:
#   PYTHON=...         the interpreter (3.10 to 3.13)
#   ODOO_SOURCE=...    a checkout of Odoo 19.0, or the directory its package "odoo" is installed in
#   ODOO_LANGUAGES=... translations of Odoo to keep, such as "fr de" (English needs none)
#   DEBIAN_MIRROR=...  where Debian's packages come from on machines that are not Debian
#   PGHOST=... or DATABASE_URL=...   a database server to use instead of one of our own

GIVEN_PYTHON=${PYTHON:-} GIVEN_PGHOST=${PGHOST:-} GIVEN_PGPORT=${PGPORT:-} GIVEN_PGUSER=${PGUSER:-}
GIVEN_PGPASSWORD=${PGPASSWORD:-}
unset PYTHON PGHOST PGPORT PGUSER PGPASSWORD
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
for part in system python odoo postgres launchers template; do
    # shellcheck source=/dev/null
    . "$ROOT/setup/lib/$part.sh"
done

purpose=${1:-run}
case "$purpose" in
run) STEPS=6 ;;
tests) STEPS=8 ;;
*) fail "usage: setup.sh [run|tests]" ;;
esac

mkdir -p "$HOME_DIR"
exec 9>"$HOME_DIR/lock"
flock -n 9 || { echo "Another setup of this clone is running; waiting for it."; flock 9; }
load_settings
PYTHON=${GIVEN_PYTHON:-${PYTHON:-}}

step "System programs" system_programs
step "Odoo 19" get_odoo
step "Odoo's libraries" python_libraries
step "Database server" database_server
step "Configuration and launchers" launchers
step "Template database" make_template
if [ "$purpose" = tests ]; then
    step "Browser and SSH server for tests" test_programs
    step "Test libraries" test_libraries
fi
