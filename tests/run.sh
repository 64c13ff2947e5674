#!/bin/sh
# Everything that must hold. The browser and the modem daemon are installed where this user may. The last lines say what was left
# out and why, and with CI=true that is a failure.
set -eu
BIN=${BIN:-.venv/bin}
CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
MEMORY=${MEMORY:-/dev/shm}
MODEM=${MODEM:-/usr/bin/gammu-smsd /usr/share/doc/gammu-smsd/examples/sqlite.sql /usr/lib/*/dbd/libdbdsqlite3.so}

# installs PACKAGES...: from Debian, where this user may.
installs() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else return 1; fi
    echo "Installing for the tests: $*"
    # The daemon's own tables are among its documents, which small systems leave out.
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null \
        && $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --reinstall --no-install-recommends \
            -o 'Dpkg::Options::=--path-include=/usr/share/doc/gammu-smsd/*' "$@" >/dev/null
}

has_modem() {
    for file in $MODEM; do [ -e "$file" ] || return 1; done
}

left_out="" marks=""
leave_out() {
    left_out="$left_out
LEFT OUT: $2 (neither root nor passwordless sudo, or no apt)"
    marks="${marks:+$marks and }not $1"
}

[ -x "$CHROMIUM" ] || { installs chromium && [ -x "$CHROMIUM" ]; } \
    || leave_out browser "the browser tests: chromium could not be installed"
has_modem || { installs gammu-smsd libdbd-sqlite3 && has_modem; } \
    || leave_out gammu "the tests of the modem daemon: gammu-smsd could not be installed"

heard=$(mktemp -d) memory=""
trap 'rm -rf "$heard" ${memory:+"$memory"}' EXIT

"$BIN/mypy" >"$heard/types" 2>&1 &
types=$!
"$BIN/ruff" check --no-cache .
"$BIN/ruff" format --no-cache --check --quiet .
"$BIN/djlint" --lint --quiet templates/
wait "$types" || { cat "$heard/types" >&2; exit 1; }
sed -n '$p' "$heard/types"

# Databases that live as long as a test wait for no disk, where there is memory for them (their server is another user's).
if df -Pk "$MEMORY" 2>/dev/null | awk 'NR > 1 && $4 > 4000000 { room = 1 } END { exit !room }' \
    && memory=$(mktemp -d "$MEMORY/deconflict.XXXXXX"); then
    chmod 711 "$memory"
    export TMPDIR="$memory"
fi
PAGES_SEEN="$heard/pages"
export PAGES_SEEN
{ "$BIN/python" -m pytest -n 2 --dist loadgroup ${marks:+-m "$marks"} || echo $? >"$heard/failed"; } | tee "$heard/said"
if [ ! -e "$heard/failed" ] && [ "${marks#*browser}" = "$marks" ]; then
    "$BIN/python" -m tests.look_at_pages "$PAGES_SEEN" || echo $? >"$heard/failed"
fi
{
    [ -z "$left_out" ] || echo "${left_out#?}"
    sed -nE 's/^SKIPPED \[([0-9]+)\] ([^:]+)(:[0-9]+)?: /LEFT OUT: \1 of \2: /p' "$heard/said"
} >"$heard/left_out"
cat "$heard/left_out" >&2
[ ! -e "$heard/failed" ] || exit "$(cat "$heard/failed")"
[ ! -s "$heard/left_out" ] || [ "${CI:-}" != true ]
