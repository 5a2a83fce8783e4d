#!/usr/bin/env bash
# Makes a fresh Debian or Ubuntu machine ready to run this project; run again, it changes nothing.
# usage: setup.sh [run|tests|bench|python|image|compile]
#   run       Odoo, its libraries, a database (when nothing is said)
#   tests     the same, a browser and the test libraries
#   bench     the same, and the libraries that benchmarks compare with
#   python    only libraries: enough for pure tests and lint
#   image     Odoo and libraries, when a container image is built
#   compile   only what reads large files, once the addons are there
#
# From the environment, all optional and remembered in .odoo/settings:
#   PYTHON=...         the interpreter (3.10 to 3.13)
#   ODOO_SOURCE=...    a checkout of Odoo 19.0, or the directory its package "odoo" is installed in
#   ODOO_LANGUAGES=... translations of Odoo to keep, such as "fr de" (English needs none)
#   DEBIAN_MIRROR=...  where Debian's packages come from on machines that are not Debian
#   PGHOST=... or DATABASE_URL=...   a database server to use instead of one of our own
set -euo pipefail

GIVEN_PYTHON=${PYTHON:-} GIVEN_PGHOST=${PGHOST:-} GIVEN_PGPORT=${PGPORT:-} GIVEN_PGUSER=${PGUSER:-}
GIVEN_PGPASSWORD=${PGPASSWORD:-}
unset PYTHON PGHOST PGPORT PGUSER PGPASSWORD
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
. "$ROOT/setup/lib/system.sh"
. "$ROOT/setup/lib/python.sh"
. "$ROOT/setup/lib/odoo.sh"
. "$ROOT/setup/lib/postgres.sh"
. "$ROOT/setup/lib/launchers.sh"
. "$ROOT/setup/lib/template.sh"

purpose=${1:-run}
case "$purpose" in
python) steps 4 ;;
image) steps 3 ;;
compile) steps 1 ;;
run) steps 7 ;;
tests) steps 9 ;;
bench) steps 10 ;;
*) fail "usage: setup.sh [run|tests|bench|python|image|compile]" ;;
esac

mkdir -p "$HOME_DIR"
exec 9>"$HOME_DIR/lock"
flock -n 9 || { echo "Another setup of this clone is running; waiting for it."; flock 9; }
load_settings
PYTHON=${GIVEN_PYTHON:-${PYTHON:-}}

if [ "$purpose" = python ]; then
    step "Python" python_program
    step "Libraries" python_libraries
    step "Compiled readers of files" compiled_modules
    step "Test libraries" test_libraries
    exit
fi
if [ "$purpose" = compile ]; then
    step "Compiled readers of files" compiled_modules
    exit
fi
if [ "$purpose" = image ]; then
    step "Python" python_program
    step "Odoo 19" get_odoo
    step "Libraries" python_libraries
    exit
fi
step "System programs" system_programs
step "Odoo 19" get_odoo
step "Libraries" python_libraries
step "Compiled readers of files" compiled_modules
step "Database server" database_server
step "Configuration and launchers" launchers
step "Template database" make_template
if [ "$purpose" = tests ] || [ "$purpose" = bench ]; then
    step "Browser, SSH server and message broker for tests" test_programs
    step "Test libraries" test_libraries
fi
if [ "$purpose" = bench ]; then
    step "Libraries to compare with" bench_libraries
fi
