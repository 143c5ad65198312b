# shellcheck shell=bash
# shellcheck disable=SC2034
# Sourced by the scripts beside this folder: the root of the checkout, messages, commands as root, the place of swift.

# The repository's root, absolute, whatever the caller's directory.
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)

say() { printf '==> %s\n' "$*"; }

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Runs a command as root, without asking anything.
as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -n -- "$@"
    else
        die "this needs root, and sudo is missing: $*"
    fi
}

# Some runners leave HOME out; SwiftPM keeps its caches there.
if [[ -z ${HOME:-} ]]; then
    HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
    export HOME
fi

# Puts swift on PATH where it is not, from one of the usual places.
find_swift() {
    local place
    command -v swift >/dev/null && return
    for place in /opt/swift/usr/bin /usr/share/swift/usr/bin "$HOME/.local/share/swiftly/bin"; do
        if [[ -x $place/swift ]]; then
            export PATH="$place:$PATH"
            return
        fi
    done
    die "swift is missing. Waybill needs Swift 6.2 or later: https://www.swift.org/install/linux/"
}
