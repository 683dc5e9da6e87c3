#!/bin/sh
# Installs Request Tracker 5 with SQLite from Debian for tests/tickets/test_request_tracker.py (about 200 packages).
# The test runs its own server on a copy of the database; nothing listens and nothing is started here.
set -eu
PACKAGES="request-tracker5 rt5-db-sqlite rt5-standalone starman"
if [ "$(id -u)" != 0 ]; then
  echo "run: sudo apt-get install --no-install-recommends $PACKAGES"
  exit 2
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $PACKAGES >/dev/null
