# shellcheck shell=bash
# Sourced: environments for tests that need packages from PyPI. Needs common.sh.
# shellcheck disable=SC2154

# python_environment DIRECTORY
# Prints a Python that has what DIRECTORY/requirements.txt asks for, installed into an environment of its own, once.
python_environment() {
    local requirements=$1/requirements.txt name environment
    name=$(basename -- "$1")
    # Named by what is installed, so that another version gets another environment.
    environment=$root/.build/${name,,}-$(cksum <"$requirements" | cut -d' ' -f1)
    if [[ ! -e $environment/installed ]]; then
        say "installing $(paste -sd' ' "$requirements")" >&2
        rm -rf -- "$environment"
        # A command substitution does not end by itself where one of its commands fails.
        python3 -m venv "$environment" >&2 || return
        "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2 || return
        touch "$environment/installed"
    fi
    echo "$environment/bin/python"
}
