# shellcheck shell=bash
# Sourced: installs the packages that building, running, testing and linting need and that are missing (Debian, Ubuntu).

# The oldest PostgreSQL that Waybill supports.
oldest_postgres=15

has_server() {
    local postgres version
    # WAYBILL_PG_BIN is where waybill looks instead of everywhere else.
    if [[ -n ${WAYBILL_PG_BIN:-} ]]; then
        [[ -x $WAYBILL_PG_BIN/postgres && -x $WAYBILL_PG_BIN/initdb ]]
        return
    fi
    for postgres in /usr/lib/postgresql/*/bin/postgres "$(command -v postgres || true)"; do
        [[ -x $postgres && -x ${postgres%/*}/initdb ]] || continue
        version=$("$postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
        if [[ $version -ge $oldest_postgres ]]; then return 0; fi
    done
    return 1
}

# Prints the packages that are missing, one a line.
missing_packages() {
    # The toolchain's own libraries, where it was unpacked from an archive onto a bare system.
    swift package --version >/dev/null 2>&1 || printf '%s\n' libcurl4 libncurses6 libsqlite3-0 libxml2 tzdata
    command -v git >/dev/null || echo git
    # Swift's own clang compiles the C and C++ packages against GCC's headers and links with binutils; g++ brings all.
    command -v g++ >/dev/null || echo g++
    [[ -e /usr/include/stdio.h ]] || echo libc6-dev
    command -v pkg-config >/dev/null || echo pkg-config
    pkg-config --exists libpq 2>/dev/null || echo libpq-dev
    pkg-config --exists liburing 2>/dev/null || echo liburing-dev
    [[ -n $(compgen -G '/usr/lib*/libmimalloc.so' || compgen -G '/usr/lib/*/libmimalloc.so') ]] || echo libmimalloc-dev
    [[ -e /usr/include/zlib.h ]] || pkg-config --exists zlib 2>/dev/null || echo zlib1g-dev
    if [[ ${need_server:-yes} == yes ]]; then has_server || echo postgresql; fi
    if [[ ${need_nchan:-no} == yes ]]; then
        [[ -x /usr/sbin/nginx ]] || echo nginx-light
        [[ -e /usr/lib/nginx/modules/ngx_nchan_module.so ]] || echo libnginx-mod-nchan
    fi
    if [[ ${need_h2load:-no} == yes ]]; then
        command -v h2load >/dev/null || echo nghttp2-client
        command -v openssl >/dev/null || echo openssl
    fi
    if [[ ${need_slowhttptest:-no} == yes ]]; then command -v slowhttptest >/dev/null || echo slowhttptest; fi
    # For the tests behind proxies.
    if [[ ${need_proxies:-no} == yes ]]; then
        [[ -x /usr/sbin/nginx ]] || echo nginx-light
        [[ -x /usr/sbin/haproxy ]] || echo haproxy
        [[ -x /usr/sbin/pgbouncer ]] || echo pgbouncer
        command -v openssl >/dev/null || echo openssl
        command -v curl >/dev/null || echo curl
    fi
    # For the tests whose parts are each in a network namespace.
    if [[ ${need_namespaces:-no} == yes ]]; then command -v ip >/dev/null || echo iproute2; fi
    # For the tests with edges.
    if [[ ${need_redis:-no} == yes ]]; then command -v redis-server >/dev/null || echo redis-server; fi
    # For the tests in a browser; Playwright drives the one that is installed.
    if [[ ${need_browser:-no} == yes && ! -x /usr/bin/chromium ]]; then echo chromium; fi
    # For the clients that generators make: the generator is in Java, and makes Java and TypeScript.
    if [[ ${need_generators:-no} == yes ]]; then
        command -v javac >/dev/null || echo default-jdk-headless
        [[ -e /usr/share/java/jakarta-annotation-api.jar ]] || echo libjakarta-annotation-api-java
        command -v node >/dev/null || echo nodejs
        command -v tsc >/dev/null || echo node-typescript
        [[ -d /usr/share/nodejs/eventsource ]] || echo node-eventsource
    fi
    if [[ ${need_lint:-no} == yes ]]; then command -v shellcheck >/dev/null || echo shellcheck; fi
    if [[ ${need_python:-no} == yes || ${need_lint:-no} == yes ]]; then
        command -v python3 >/dev/null || echo python3
        # For the environments of pytest and ruff; Debian keeps it in a package of its own.
        python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    fi
    if [[ ${need_python:-no} == yes ]]; then
        if [[ -z $(python_with yaml jsonschema) ]]; then printf '%s\n' python3 python3-yaml python3-jsonschema; fi
    fi
}

# Prints the first Python that has the modules; nothing where none has them. A version manager's python3 does not see
# the system's packages, so the system's own comes second.
python_with() {
    local python IFS=,
    for python in python3 /usr/bin/python3; do
        if "$python" -c "import $*" 2>/dev/null; then
            echo "$python"
            return
        fi
    done
}

# Debian's server package makes and starts a cluster `main` on port 5432, which Waybill does not need: it makes its own.
# Called only where the package is new, so that an existing installation stays as it is.
keep_main_cluster_away() {
    [[ -e /etc/postgresql-common/createcluster.conf ]] && return
    say "telling postgresql-common not to make a system cluster (/etc/postgresql-common/createcluster.d/waybill.conf)"
    as_root mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/waybill.conf >/dev/null
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get \
        -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install "$@" </dev/null
}

# Installs without starting any service: the package of a server would start it, but tests start their own.
apt_install_quietly() (
    if [[ ! -e /usr/sbin/policy-rc.d ]]; then
        trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
        as_root chmod 755 /usr/sbin/policy-rc.d
    fi
    apt_install "$@"
)

# Installs what is missing; does nothing, and asks for no root, where nothing is.
install_missing() {
    local missing install=apt_install
    mapfile -t missing < <(missing_packages | sort -u)
    if [[ ${#missing[@]} -eq 0 ]]; then return; fi
    command -v apt-get >/dev/null ||
        die "missing: ${missing[*]} (Debian's names). There is no apt-get here: install them and run this again."
    say "installing ${missing[*]}"
    if [[ " ${missing[*]} " == *" postgresql "* ]]; then keep_main_cluster_away; fi
    if [[ " ${missing[*]} " =~ " nginx-light "|" haproxy "|" pgbouncer "|" redis-server " ]]; then install=apt_install_quietly; fi
    # A fresh container has no package lists, and old ones name files that are gone.
    if ! "$install" "${missing[@]}"; then
        say "bringing the package lists up to date, then trying again"
        as_root apt-get -q update </dev/null
        "$install" "${missing[@]}" || die "apt-get could not install ${missing[*]}"
    fi
    mapfile -t missing < <(missing_packages | sort -u)
    [[ ${#missing[@]} -eq 0 ]] ||
        die "still missing: ${missing[*]} (PostgreSQL must be version $oldest_postgres or later)"
}

# Installs what some tests want and no more depends on; says what is skipped where it cannot be had.
install_wanted() {
    local wanted=()
    command -v patroni >/dev/null || wanted+=(patroni)
    command -v etcd >/dev/null || wanted+=(etcd-server)
    want "a failover by Patroni" "${wanted[@]}"
    wanted=()
    command -v go >/dev/null || wanted+=(golang-go)
    want "the example in Go" "${wanted[@]}"
    wanted=()
    [[ $(php -m 2>/dev/null) == *curl* ]] || wanted+=(php-cli php-curl)
    want "the example in PHP" "${wanted[@]}"
    wanted=()
    [[ -e /usr/share/java/okhttp.jar ]] || wanted+=(libokhttp-java)
    want "the example for OkHttp" "${wanted[@]}"
    wanted=()
    command -v systemd-analyze >/dev/null || wanted+=(systemd)
    want "the systemd units" "${wanted[@]}"
    wanted=()
    command -v promtool >/dev/null || wanted+=(prometheus)
    want "the configuration of Prometheus" "${wanted[@]}"
    wanted=()
    command -v dpkg-shlibdeps >/dev/null || wanted+=(dpkg-dev)
    command -v chrpath >/dev/null || wanted+=(chrpath)
    command -v man >/dev/null || wanted+=(man-db)
    want "the Debian package" "${wanted[@]}"
    wanted=()
    command -v firefox-esr >/dev/null || wanted+=(firefox-esr)
    want "pages in Firefox" "${wanted[@]}"
}

# want SUBJECT PACKAGE…
want() {
    local subject=$1
    shift
    if [[ $# -eq 0 ]]; then return; fi
    if command -v apt-get >/dev/null; then
        say "installing $*"
        if apt_install_quietly "$@"; then return; fi
        as_root apt-get -q update </dev/null || true
        if apt_install_quietly "$@"; then return; fi
    fi
    say "tests of $subject: skipped: $* (Debian's names) cannot be installed here"
}
