#!/bin/sh
# Installs what the tests need and pip does not have: PostgreSQL. Debian and its kin, as root.
# Does nothing where it is there already, so it can run before every test run.
set -eu

has_postgres() {
    command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1
}

if has_postgres; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "PostgreSQL is missing; install it (Debian: apt-get install postgresql), as root" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
# No cluster of the system's own: the tests start theirs and end it.
mkdir -p /etc/postgresql-common/createcluster.d
echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/pierhead-tests.conf
install_it() { apt-get install -y -qq --no-install-recommends postgresql >/dev/null; }
# The package lists are fetched only where the ones at hand do not do.
install_it 2>/dev/null || { apt-get update -qq >/dev/null && install_it; }
has_postgres
