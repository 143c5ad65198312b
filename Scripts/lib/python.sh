# shellcheck shell=bash
# Sourced: environments for the tools that come from PyPI. Needs common.sh.
# shellcheck disable=SC2154

# python_environment NAME REQUIREMENTS
# Prints a Python that has the packages of the requirements file, installed once into an environment of its own.
python_environment() {
    local name=$1 requirements=$2 environment
    # Named by its packages, so that other versions get another environment.
    environment=$root/.build/python-$name-$(cksum <"$requirements" | cut -d' ' -f1)
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
