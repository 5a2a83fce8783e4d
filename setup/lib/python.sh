# shellcheck shell=bash
# The interpreter, the virtual environment and the libraries in it.

python_fits() { # prints "fast" or "slow" for an interpreter that can run Odoo 19, fails for others
    "$1" - 2>/dev/null <<'PYTHON'
import ensurepip, os, sys, sysconfig, venv  # noqa: F401, E401

if not (3, 10) <= sys.version_info[:2] <= (3, 13):
    sys.exit(1)
arguments = sysconfig.get_config_var("CONFIG_ARGS") or ""
distribution = os.path.realpath(sys.executable).startswith("/usr/bin/") and os.path.exists("/etc/debian_version")
print("fast" if "--enable-optimizations" in arguments or distribution else "slow")
PYTHON
}

choose_python() { # an optimised build is up to 1.5 times as fast, so it is preferred over the first on PATH
    load_settings
    if [ -n "${PYTHON:-}" ]; then
        python_fits "$PYTHON" >/dev/null || fail \
            "$PYTHON cannot run Odoo 19: it must be Python 3.10 to 3.13 with its venv module (package python3-venv)." \
            "Name another one (make setup PYTHON=...), or none: setup looks for one itself."
        remember PYTHON "$(command -v "$PYTHON")"
        return
    fi
    local candidate speed spare=
    for candidate in /usr/bin/python3 /usr/bin/python3.1{3,2,1,0} python3.1{3,2,1,0} python3; do
        candidate=$(command -v "$candidate") || continue
        speed=$(python_fits "$candidate") || continue
        if [ "$speed" = fast ]; then
            remember PYTHON "$candidate"
            return
        fi
        spare=${spare:-$candidate}
    done
    [ -n "$spare" ] || return 1
    remember PYTHON "$spare"
    note "not an optimised build: $spare"
}

pip_install() {
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$@" || fail \
        "pip could not install the Python libraries (see the log)." \
        "Is the package index reachable from here (proxy, PIP_INDEX_URL)? Then run the command again."
}

site_packages() {
    "$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'
}

register_odoo() { # tell pip, and once it is there Python, about Odoo, which has no package on the index
    local site
    site=$(site_packages)
    mkdir -p "$site/odoo-19.0.dist-info"
    printf 'Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n' >"$site/odoo-19.0.dist-info/METADATA"
    : >"$site/odoo-19.0.dist-info/RECORD"
    [ -z "${ODOO_HOME:-}" ] || printf '%s\n' "$ODOO_HOME" >"$site/odoo19.pth"
}

python_libraries() {
    local key
    if ! made venv "$PYTHON $VENV" || ! "$VENV/bin/python" -c ''; then
        rm -rf "$VENV" "$HOME_DIR"/stamps/*libraries
        "$PYTHON" -m venv "$VENV"
        mark_made venv "$PYTHON $VENV"
    fi
    register_odoo
    key=$(key_of "$ROOT/requirements.txt" "$("$VENV/bin/python" --version)")
    made libraries "$key" && return
    pip_install -r "$ROOT/requirements.txt"
    mark_made libraries "$key"
}

bench_libraries() { # into a directory of their own: nothing that runs ever imports them
    local key
    key=$(key_of "$ROOT/.odoo-tests/requirements-bench.txt" "$("$VENV/bin/python" --version)")
    made bench_libraries "$key" && return
    rm -rf "$HOME_DIR/bench-libraries"
    if "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
        --target "$HOME_DIR/bench-libraries" -r "$ROOT/.odoo-tests/requirements-bench.txt"; then
        mark_made bench_libraries "$key"
    else
        note "not all could be installed; their rows will be missing"
    fi
}

test_libraries() {
    local key
    key=$(key_of "$ROOT/.odoo-tests/requirements.txt" "$(cat "$HOME_DIR/stamps/libraries")")
    made test_libraries "$key" && return
    pip_install -r "$ROOT/.odoo-tests/requirements.txt"
    mark_made test_libraries "$key"
}

compiled_modules() { # what reads large files runs several times as fast compiled; without a compiler it runs as it is
    local key
    key=$(key_of "$ROOT/setup/native/requirements.txt" "$("$VENV/bin/python" --version)")
    if ! "$VENV/bin/python" "$ROOT/setup/native/build.py" --missing; then
        compiler || { note "no compiler: files are read by Python alone, at a half to three quarters of the speed"; return; }
        if ! made native_tools "$key"; then
            rm -rf "$HOME_DIR/native-tools"
            pip_install --target "$HOME_DIR/native-tools" -r "$ROOT/setup/native/requirements.txt"
            mark_made native_tools "$key"
        fi
        "$VENV/bin/python" "$ROOT/setup/native/build.py" "$HOME_DIR/native-tools" ||
            note "what is quicker compiled could not be compiled (see the log): files are read by Python alone"
    fi
}
