#!/bin/sh
# Unpacks Redmine 5 of Debian for tests/tickets/test_redmine.py and installs what it needs (about 100 packages).
# The package itself is not installed: its configuration step fails (Bundler::GemNotFound), and a service is not wanted.
# The test runs its own server on a copy; nothing listens and nothing is started here.
set -eu
TO=/opt/redmine-for-tests
if [ "$(id -u)" != 0 ]; then
  echo "run: sudo $0"
  exit 2
fi
apt-get update -qq
PACKAGE=$(mktemp -d)
trap 'rm -rf "$PACKAGE"' EXIT
(cd "$PACKAGE" && apt-get download -qq -o APT::Sandbox::User=root redmine)
NEEDS=$(dpkg-deb -f "$PACKAGE"/redmine_*.deb Depends | sed 's/dbconfig-common, //; s/redmine-sqlite[^,]*, //; s/, debconf.*//')
DEBIAN_FRONTEND=noninteractive apt-get satisfy -qq -y --no-install-recommends "$NEEDS, ruby-sqlite3, ruby-webrick" >/dev/null
rm -rf "$TO"
dpkg-deb -x "$PACKAGE"/redmine_*.deb "$TO"
