#!/bin/sh
# Everything that must hold. The browser is installed where this user may; where not, the last lines say what was left out,
# and with CI=true that is a failure.
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

left_out=""
install_browser || left_out="the browser tests: chromium could not be installed (neither root nor passwordless sudo, or no apt)"

"$BIN/ruff" check --no-cache .
"$BIN/ruff" format --no-cache --check --quiet .
"$BIN/djlint" --lint --quiet templates/
"$BIN/mypy"
if [ -n "$left_out" ]; then
    "$BIN/python" -m pytest -n 2 --dist loadgroup -m "not browser"
    echo "LEFT OUT: $left_out" >&2
    [ "${CI:-}" = true ] && exit 1
    exit 0
fi
"$BIN/python" -m pytest -n 2 --dist loadgroup
