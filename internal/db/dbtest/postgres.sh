#!/bin/sh
# A throwaway PostgreSQL server for tests: loopback only, free port, its own
# directory, gone when stopped. Works as root (through the postgres user) and
# as a plain user.
#
#   eval "$(postgres.sh start)"     sets and exports PGTEST_DSN and PGTEST_DIR
#   postgres.sh stop "$PGTEST_DIR"  stops it and removes its directory
#   postgres.sh dsn "$PGTEST_DIR"   prints the DSN alone
#   postgres.sh run COMMAND…        starts one, runs the command, stops it
#
# With PGTEST_FSYNC_DELAY=2000 each fsync takes so many microseconds longer
# (strace does it): for measuring on a slow disk.
set -eu

say() { echo "postgres.sh: $*" >&2; }

# the newest installed server, or the one on the path
bindir() {
    for d in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | sort -Vr); do
        [ -x "$d/initdb" ] && { echo "$d"; return; }
    done
    command -v initdb >/dev/null 2>&1 && { dirname "$(command -v initdb)"; return; }
    say "no PostgreSQL server found (looked for initdb)"
    exit 3
}

# as the user who may run a server: postgres when we are root
as() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    elif command -v runuser >/dev/null 2>&1; then
        runuser -u postgres -- "$@"
    else
        su -s /bin/sh postgres -c 'exec "$0" "$@"' -- "$@"
    fi
}

# a port that nobody listens on; the caller tries again if someone was quicker
freeport() {
    n=$(od -An -N2 -tu2 /dev/urandom)
    echo $((20000 + n % 40000))
}

start() {
    bin=$(bindir)
    slow=
    [ -z "${PGTEST_FSYNC_DELAY:-}" ] ||
        slow="strace -D -f --seccomp-bpf -o /dev/null -e trace=fdatasync,fsync -e inject=fdatasync,fsync:delay_exit=$PGTEST_FSYNC_DELAY"
    dir=$(mktemp -d "${TMPDIR:-/tmp}/pgtest.XXXXXX")
    [ "$(id -u)" != 0 ] || chown postgres "$dir"
    # the durability settings stay on: some tests are about them
    if ! as "$bin/initdb" -D "$dir/data" -U medborgarnavet -A trust -E UTF8 --locale=C.UTF-8 --no-instructions >"$dir.log" 2>&1; then
        say "initdb failed:"; cat "$dir.log" >&2; rm -rf "$dir" "$dir.log"; exit 3
    fi
    for try in 1 2 3 4 5; do
        port=$(freeport)
        if as $slow "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 \
            -o "-h 127.0.0.1 -p $port -k $dir -c max_connections=200" start >"$dir.log" 2>&1; then
            rm -f "$dir.log"
            echo "$port" >"$dir/port"
            return 0
        fi
        say "try $try on port $port failed"
    done
    say "the server did not start:"; cat "$dir/log" >&2; rm -rf "$dir" "$dir.log"; exit 3
}

stop() {
    [ -d "$1/data" ] || { say "no server in $1"; exit 2; }
    as "$(bindir)/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$1"
}

dsn() { echo "postgres://medborgarnavet@127.0.0.1:$(cat "$1/port")/postgres?sslmode=disable"; }

case "${1:-}" in
start)
    start
    echo "export PGTEST_DSN='$(dsn "$dir")' PGTEST_DIR='$dir'"
    ;;
stop) stop "${2:?which directory}" ;;
dsn) dsn "${2:?which directory}" ;;
run)
    shift
    start
    trap 'stop "$dir"' EXIT
    trap 'exit 130' INT TERM
    PGTEST_DSN=$(dsn "$dir") PGTEST_DIR="$dir" "$@"
    ;;
*)
    sed -n '2,14s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
