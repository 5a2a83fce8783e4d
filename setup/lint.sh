#!/usr/bin/env bash
# ruff for all Python, pylint-odoo's mandatory checks for the addons, shellcheck where it is installed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$ROOT"

echo "ruff"
"$VENV/bin/ruff" check .

echo "pylint-odoo"
mapfile -t addons < <(find addons -mindepth 2 -maxdepth 2 -name __manifest__.py -printf '%h\n' | sort)
[ ${#addons[@]} -eq 0 ] || "$VENV/bin/python" -m pylint --rcfile=pyproject.toml -j 2 "${addons[@]}"

if command -v shellcheck >/dev/null; then
    echo "shellcheck"
    shellcheck -x -S warning setup/*.sh setup/lib/*.sh setup/bin/* .odoo-tests/run .ci/run
fi
echo "lint: nothing to say"
