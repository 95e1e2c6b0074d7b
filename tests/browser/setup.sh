#!/bin/sh
# Install what the browser tests need: Chromium, Node.js and Java from Debian, the rest pinned by checksum.
# Fails with one sentence where a program is missing and cannot be installed.
set -eu
cd "$(dirname "$0")"
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
command -v npm >/dev/null || missing="$missing npm"
command -v java >/dev/null || missing="$missing default-jre-headless"
if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "The browser tests need what is missing here; on Debian, as root: apt-get install$missing" >&2
        exit 1
    fi
    apt-get update -qq
    # Word splitting is meant: a list of packages.
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
fi
environment=../../.browservenv
test -x $environment/bin/pip || "${PYTHON:-python3}" -m venv $environment
$environment/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
cmp -s package-lock.json $environment/package-lock.json && test -d node_modules && exit
npm ci --ignore-scripts --no-audit --no-fund --silent
cp package-lock.json $environment/package-lock.json
