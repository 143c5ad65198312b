#!/usr/bin/env bash
# Prints the folder of the programs of a PostgreSQL version, such as 18; fetches them where they must be. Fails, and says
# why, where they cannot be had. With `own` prints the version that the tests use by themselves.
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=Scripts/lib/python.sh
source "$root/Scripts/lib/python.sh"

python=$(python_environment tests "$root/Tests/requirements.txt")
export PYTHONDONTWRITEBYTECODE=1
cd -- "$root/Tests" && exec "$python" -m support.postgres_versions "$@"
