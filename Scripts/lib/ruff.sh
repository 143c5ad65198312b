#!/usr/bin/env bash
# Runs ruff in the version of lint-requirements.txt, with the settings of pyproject.toml: ruff.sh check|format [OPTION…]
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=Scripts/lib/python.sh
source "$root/Scripts/lib/python.sh"

python=$(python_environment lint "$root/Scripts/lib/lint-requirements.txt")
cd -- "$root"
exec "$python" -m ruff "$@"
