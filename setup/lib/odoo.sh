# shellcheck shell=bash
# Odoo 19 Community itself: a given tree, or the Debian package unpacked without root.

PARTS=(libjs-jquery libjs-jquery-form libjs-underscore fonts-roboto-unhinted fonts-montserrat
    fonts-inconsolata fonts-ocr-b)
AWESOME_SUITE=trixie        # newer suites carry version 7, whose files have other names

get_odoo() {
    if [ -n "${ODOO_SOURCE:-}" ]; then
        use_source
    else
        unpack_packages
    fi
}

use_source() { # ODOO_SOURCE: a checkout, or the directory that holds the package "odoo"
    local tree paths=
    tree=$(cd "$ODOO_SOURCE" 2>/dev/null && pwd -P) || fail "ODOO_SOURCE=$ODOO_SOURCE is not a directory."
    grep -qs "^version_info = (19, 0" "$tree/odoo/release.py" || fail \
        "ODOO_SOURCE=$ODOO_SOURCE holds no Odoo 19.0 (there is no odoo/release.py that says so)." \
        "Give a checkout of branch 19.0, or the directory in which the package 'odoo' is installed."
    if [ ! -f "$tree/odoo/addons/account/__manifest__.py" ]; then
        paths="$tree/addons"
        [ -f "$paths/account/__manifest__.py" ] || fail "$tree has no addon 'account'."
    fi
    remember ODOO_SOURCE "$tree"
    remember ODOO_HOME "$tree"
    remember ODOO_ADDONS "$paths"
    remember ODOO_VERSION "source $tree"
    note "from $tree"
}

unpack_packages() {
    local tree="$HOME_DIR/root"
    if [ -f "$tree/.complete" ]; then
        note "$(cat "$tree/.complete")"
        return
    fi
    local work="$HOME_DIR/root.new"
    rm -rf "$work" "$tree"
    mkdir -p "$work"
    fetch_packages
    local package
    for package in "$HOME_DIR"/apt/packages/*.deb; do
        unpack "$package" "$work"
    done
    mend_tree "$work/usr/lib/python3/dist-packages"
    local version
    version=$(dpkg-deb -f "$HOME_DIR"/apt/packages/odoo-19_*.deb Version)
    printf 'odoo-19 %s' "$version" >"$work/.complete"
    mv "$work" "$tree"
    rm -rf "$HOME_DIR/apt"
    remember ODOO_HOME "$tree/usr/lib/python3/dist-packages"
    remember ODOO_ADDONS ""
    remember ODOO_VERSION "odoo-19 $version"
    note "odoo-19 $version"
}

unpack() { # without the 820 MB of translations, except the languages asked for: ODOO_LANGUAGES="fr de"
    local language
    dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --exclude='*/i18n*/*.po'
    for language in ${ODOO_LANGUAGES:-}; do
        dpkg-deb --fsys-tarfile "$1" |
            tar -x -C "$2" --wildcards "*/i18n*/$language.po" "*/i18n*/${language}_*.po" 2>/dev/null || true
    done
}

mend_tree() { # what the package leaves out or declares for Debian's own libraries
    local missing="$1/odoo/addons/mail/static/lib/selfie_segmentation"
    if [ ! -e "$missing/selfie_segmentation.js" ]; then
        mkdir -p "$missing"
        # Blurred backgrounds in video calls; without the file every asset bundle logs an error.
        echo "// Not in the Debian package; empty, so that asset bundles are whole." \
            >"$missing/selfie_segmentation.js"
    fi
    rm -rf "$1"/odoo-*.egg-info      # asks for psycopg2 built from source; see register_odoo
}

fetch_packages() { # into .odoo/apt/packages, from Debian's archive as this machine reaches it
    local apt="$HOME_DIR/apt"
    mkdir -p "$apt"/{lists/partial,cache/archives/partial,packages}
    local mirror suite
    mirror=$(debian_mirror)
    if [ -z "$mirror" ]; then
        download_from_own_archive
        return
    fi
    for suite in sid testing stable; do
        private_archive "$mirror" "$suite"
        has_odoo "$(private_apt_cache show odoo-19 2>/dev/null || true)" && break
        suite=
    done
    [ -n "$suite" ] || fail "The Debian archive at $mirror no longer has package odoo-19." \
        "Take a checkout of Odoo 19 instead: make setup ODOO_SOURCE=/path/to/odoo"
    (cd "$apt/packages" &&
        private_apt_get download odoo-19 "${PARTS[@]}" "fonts-font-awesome/$AWESOME_SUITE") || fail \
        "Odoo's packages could not be downloaded from $mirror (see the log); try again later," \
        "or take a checkout: make setup ODOO_SOURCE=/path/to/odoo"
}

has_odoo() { [[ "$1" == *$'\nVersion: 19.'* ]]; }

debian_mirror() { # DEBIAN_MIRROR, else the archive this machine's own apt is set up for
    if [ -n "${DEBIAN_MIRROR:-}" ]; then
        echo "$DEBIAN_MIRROR"
        return
    fi
    command -v apt-get >/dev/null || return 0
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
        awk '$1 == "Debian" && !found {print $2; found = 1}'
}

private_archive() { # private_archive MIRROR SUITE: apt lists of our own, checked against Debian's keys
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -f "$keys" ] || need_packages "Checking the signature of Debian's archive" debian-archive-keyring
    {
        printf 'Types: deb\nURIs: %s\nSuites: %s %s\n' "$1" "$2" "$AWESOME_SUITE"
        printf 'Components: main\nSigned-By: %s\n' "$keys"
    } >"$HOME_DIR/apt/debian.sources"
    private_apt_get update || fail \
        "The Debian archive at $1 could not be read (see the log)." \
        "Is the network up? Another mirror: make setup DEBIAN_MIRROR=http://..."
}

private_apt_options() {
    APT_OPTIONS=(-q -o "Dir::Etc::sourcelist=$HOME_DIR/apt/debian.sources" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$HOME_DIR/apt/lists" -o "Dir::Cache=$HOME_DIR/apt/cache"
        -o Acquire::Languages=none -o "APT::Sandbox::User=$(id -un)" -o Acquire::Retries=3)
}

private_apt_get() {
    private_apt_options
    apt-get "${APT_OPTIONS[@]}" "$@"
}

private_apt_cache() {
    private_apt_options
    apt-cache "${APT_OPTIONS[@]}" "$@"
}

download_from_own_archive() { # a distribution other than Debian
    has_odoo "$(apt-cache show odoo-19 2>/dev/null || true)" ||
        fail "This machine's package archive has no Odoo 19. Choose one of these:" \
            "    make setup ODOO_SOURCE=/path/to/odoo          a checkout of Odoo's branch 19.0" \
            "    make setup DEBIAN_MIRROR=http://.../debian/   a Debian mirror near you; needs package" \
            "                                                  debian-archive-keyring for the signatures"
    (cd "$HOME_DIR/apt/packages" && apt-get -q download odoo-19 "${PARTS[@]}" fonts-font-awesome) ||
        fail "Odoo's packages could not be downloaded (see the log); try again later."
}
