# shellcheck shell=bash
# Programs that come from the machine's own package manager.

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }
}

need_packages() { # need_packages WHY PACKAGE...: install them, or say which are missing
    local why="$1"
    shift
    may_install || fail \
        "$why needs these system packages, and this user may not install them:" \
        "    sudo apt-get install $*" \
        "Install them (or run 'sudo -v' first, so that setup may do it), then run the command again."
    local quiet=(env DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends)
    as_root "${quiet[@]}" install "$@" && return
    as_root apt-get -q update || true
    as_root "${quiet[@]}" install "$@" ||
        fail "apt-get could not install: $*" "Look at its words above in the log, repair that, run the command again."
}

python_program() {
    choose_python || need_packages "This project" python3 python3-venv
    choose_python || fail \
        "No Python from 3.10 to 3.13 with its venv module was found." \
        "Install one (Debian 12 and 13, Ubuntu 22.04 and 24.04 have it as python3 python3-venv)," \
        "or name one: make setup PYTHON=/path/to/python3.12"
}

system_programs() {
    python_program
    if server_given; then
        command -v psql >/dev/null || need_packages "Talking to the database server" postgresql-client
    elif ! find_postgres; then
        need_packages "The database" postgresql
        find_postgres || fail "PostgreSQL 13 or newer was not found after installing package postgresql."
    fi
}

compiler() { # a C compiler and the headers of the chosen Python; both are a help, not a need
    local headers
    headers=$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h
    { command -v gcc && [ -f "$headers" ]; } && return
    may_install || return 1
    (need_packages "Quicker reading of files" gcc libc6-dev python3-dev) || true
    command -v gcc && [ -f "$headers" ]
} >&2

browser_program() {
    command -v chromium || command -v google-chrome || command -v google-chrome-stable || return 1
}

broker_program() {
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server
} >/dev/null

test_programs() { # what only tests need: a browser for tours, real servers for SFTP and AMQP
    local missing=()
    browser_program || missing+=(chromium)
    [ -x /usr/sbin/sshd ] || missing+=(openssh-server)
    broker_program || ! may_install || missing+=(rabbitmq-server) # without it the tests of brokers are skipped
    [ ${#missing[@]} -eq 0 ] || need_packages "make test" "${missing[@]}"
    browser_program || fail \
        "No Chromium was found. On Ubuntu, package 'chromium' is only a snap, which cannot run everywhere:" \
        "install Google Chrome, or run the tests on Debian."
}
