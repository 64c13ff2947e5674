#!/bin/sh
# Everything that must hold. The browser is installed where this user may. The last lines say what was left out and why, and with
# CI=true that is a failure.
set -eu
BIN=${BIN:-.venv/bin}
CHROMIUM=${CHROMIUM:-/usr/bin/chromium}

install_browser() {
    [ -x "$CHROMIUM" ] && return 0
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else return 1; fi
    echo "Installing chromium for the browser tests"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null \
        && $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null \
        && [ -x "$CHROMIUM" ]
}

left_out="" marks=""
install_browser || {
    left_out="LEFT OUT: the browser tests: chromium could not be installed (neither root nor passwordless sudo, or no apt)"
    marks="not browser"
}

"$BIN/ruff" check --no-cache .
"$BIN/ruff" format --no-cache --check --quiet .
"$BIN/djlint" --lint --quiet templates/
"$BIN/mypy"

heard=$(mktemp -d)
trap 'rm -rf "$heard"' EXIT
{ "$BIN/python" -m pytest -n 2 --dist loadgroup ${marks:+-m "$marks"} || echo $? >"$heard/failed"; } | tee "$heard/said"
{
    [ -z "$left_out" ] || echo "$left_out"
    sed -nE 's/^SKIPPED \[([0-9]+)\] ([^:]+)(:[0-9]+)?: /LEFT OUT: \1 of \2: /p' "$heard/said"
} >"$heard/left_out"
cat "$heard/left_out" >&2
[ ! -e "$heard/failed" ] || exit "$(cat "$heard/failed")"
[ ! -s "$heard/left_out" ] || [ "${CI:-}" != true ]
