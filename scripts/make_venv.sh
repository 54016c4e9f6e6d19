#!/usr/bin/env bash
# Makes the virtual environment $1 with the first Python from 3.11 to 3.13 that is there.
set -euo pipefail

fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'
for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11 /usr/bin/python3; do
  if command -v "$python" >/dev/null && "$python" -c "$fits" 2>/dev/null; then
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
      packages=$(mktemp)
      trap 'rm -f "$packages"' EXIT
      echo python3-venv >"$packages"
      "$(dirname "$0")/install_debian.sh" "$packages"
    fi
    "$python" -m venv "$1"
    exit 0
  fi
done
echo "Kikigaki needs Python 3.11, 3.12 or 3.13 (apt install python3 python3-venv)." >&2
exit 3
