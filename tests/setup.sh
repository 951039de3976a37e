#!/bin/sh
# Installs what the tests need beside Python's packages, where it is missing: PostgreSQL's server, a browser, nginx,
# Caddy and systemd, the AWS SDKs and the old module mturk for JavaScript with what runs them, axe-core, and the programs
# of tests/third_party.
# For Debian and its relatives; does nothing where everything is there. Run it as root, or as one who may use sudo.
set -eu

missing=""
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$missing postgresql"
command -v chromium >/dev/null || missing="$missing chromium"
command -v chromedriver >/dev/null || missing="$missing chromium-driver"
command -v node >/dev/null || missing="$missing nodejs"
command -v npm >/dev/null || missing="$missing npm"
command -v nginx >/dev/null || test -x /usr/sbin/nginx || missing="$missing nginx"
command -v caddy >/dev/null || missing="$missing caddy"
command -v systemd-analyze >/dev/null || missing="$missing systemd"

# The packages of npm, just as package-lock.json lists them.
install_javascript() {
    cd "$(dirname "$0")/javascript"
    if ! test -e node_modules/.package-lock.json || test package-lock.json -nt node_modules/.package-lock.json; then
        npm ci --silent --no-audit --no-fund
    fi
}

# Programs of others in Python, each with its own packages; hidden, or pytest would run tests of theirs. A list names all
# that a program needs, and what was installed is kept beside it, so that nothing is done where nothing has changed.
install_third_party() {
    cd "$(dirname "$0")/third_party"
    for list in */requirements.txt; do
        place="$(dirname "$list")/.venv"
        if ! test -x "$place/bin/python" || ! cmp -s "$list" "$place/installed.txt"; then
            rm -rf "$place"
            python3 -m venv "$place"
            "$place/bin/python" -m pip install --quiet --no-deps --requirement "$list"
            cp "$list" "$place/installed.txt"
        fi
    done
}

if test -z "$missing"; then
    (install_javascript)
    (install_third_party)
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "The tests need these programs (by the names of Debian's packages):$missing. Please install them." >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    sudo=""
elif command -v sudo >/dev/null; then
    sudo="sudo"
else
    echo "The tests need$missing. Please run as root: apt-get install$missing" >&2
    exit 1
fi
# Debian starts servers once they are there, two of these at port 80; the tests start their own.
policy=/usr/sbin/policy-rc.d
if ! test -e $policy; then
    printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
    $sudo chmod 755 $policy
    trap '$sudo rm -f $policy' EXIT
fi
$sudo apt-get -qq update
# shellcheck disable=SC2086 # several names
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends $missing >/dev/null
(install_javascript)
(install_third_party)
