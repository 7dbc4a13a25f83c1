#!/bin/sh
# Gets what the browser tests drive: Chromium (where the system has it, its headless shell, which
# takes less of the processor), and a font that has Chinese characters.
# Where it can't, it says why and goes on; tests/conftest.py then skips those tests, or under
# CI=true fails them.
set -u

SHELL_ONLY=chromium-headless-shell
has() { command -v "$1" >/dev/null 2>&1; }
known() { has apt-cache && apt-cache show "$1" >/dev/null 2>&1; }

missing="" # without these no browser test runs
has $SHELL_ONLY || has chromium || missing="chromium"
if ! { has fc-list && fc-list :lang=zh-cn | grep -q .; }; then
    missing="$missing fonts-noto-cjk"
fi
better="" # with this they run faster
if ! has $SHELL_ONLY && known $SHELL_ONLY; then better=$SHELL_ONLY; fi
[ -z "$missing$better" ] && exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then as_root="sudo -n"; fi
if ! has apt-get || ! $as_root true 2>/dev/null; then
    [ -z "$missing" ] && exit 0
    echo "Browser tests want$(printf ' %s' $missing); to get them, as root: apt-get install$(printf ' %s' $missing)"
    exit 0
fi

log=$(mktemp)
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@" >>"$log" 2>&1; }
echo "Installing$(printf ' %s' $missing $better) for the browser tests"
apt update -qq
get() { apt install -y -qq --no-install-recommends "$@"; }
wanted=$missing
if ! has $SHELL_ONLY && known $SHELL_ONLY; then # it takes chromium's place
    wanted="$SHELL_ONLY $(echo "$missing" | sed s/chromium//)"
fi
# Where the shell can't be installed, what is missing still can.
if ! get $wanted && { [ "$wanted" = "$missing" ] || { [ -n "$missing" ] && ! get $missing; }; }; then
    echo "apt-get could not install them:"
    tail -n 5 "$log"
fi
rm -f "$log"
