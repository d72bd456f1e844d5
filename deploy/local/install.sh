#!/usr/bin/env bash
# Sees to it that this machine has what building and running Attune needs, and further packages that are named.
# Says nothing when it has.
set -euo pipefail

# pkg-config tells the build where Debian keeps the headers; util-linux brings setpriv.
packages=(librdkafka-dev libpq-dev libcurl4-openssl-dev postgresql pkg-config util-linux "$@")
swift_major=6
swift_minor=3

if ! command -v dpkg-query >/dev/null; then
    echo "This is neither Debian nor Ubuntu. Attune needs what these Debian packages hold: ${packages[*]}" >&2
    exit 1
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "Missing packages. Please run:" >&2
        echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
        exit 1
    fi
    echo "Installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends "${missing[@]}"
fi

version=$(swift --version 2>&1 | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1 || true)
read -r major minor <<<"${version:-0 0}"
if [ "$major" -lt "$swift_major" ] || { [ "$major" -eq "$swift_major" ] && [ "$minor" -lt "$swift_minor" ]; }; then
    found="Swift $major.$minor was found"
    [ "$major" -gt 0 ] || found="no Swift was found in PATH"
    echo "Attune needs Swift $swift_major.$swift_minor or newer; $found." >&2
    echo "Install it from https://www.swift.org/install/linux/ and put its usr/bin folder into PATH." >&2
    exit 1
fi
