#!/bin/sh
# Installs what the tests need and pip does not have: PostgreSQL, Node.js with npm, git, systemd's
# tools. Debian and its kin, as root. Does nothing where all is there, so it can run every time.
set -eu

has_postgres() {
    command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1
}

has_node() {
    command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1
}

missing=""
has_postgres || missing="$missing postgresql"
has_node || missing="$missing nodejs npm"
command -v git >/dev/null 2>&1 || missing="$missing git"
command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd"
if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "missing:$missing; install them (Debian: apt-get install$missing), as root" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
# No cluster of the system's own: the tests start theirs and end it.
mkdir -p /etc/postgresql-common/createcluster.d
echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/pierhead-tests.conf
# shellcheck disable=SC2086 # a list of packages
install_it() { apt-get install -y -qq --no-install-recommends $missing >/dev/null; }
# The package lists are fetched only where the ones at hand do not do.
install_it 2>/dev/null || { apt-get update -qq >/dev/null && install_it; }
has_postgres
has_node
