#!/usr/bin/env bash
# Installs the Debian packages listed in the file $1 that are not there yet.
set -euo pipefail

missing=()
while read -r package; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok' || missing+=("$package")
done <"$1"
[ ${#missing[@]} -eq 0 ] && exit 0

root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "These Debian packages are missing, and only root can install them: ${missing[*]}" >&2
    exit 3
  }
  root=(sudo)
fi
echo "== Installing from Debian: ${missing[*]} =="
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -q --no-install-recommends "${missing[@]}"
