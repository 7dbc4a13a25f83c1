#!/bin/sh
# Gets what the browser tests drive: Chromium, and a font that has Chinese characters.
# Where it can't, it says why and goes on; tests/conftest.py then skips those tests, or under
# CI=true fails them.
set -u

packages=""
command -v chromium >/dev/null 2>&1 || packages="chromium"
if ! { command -v fc-list >/dev/null 2>&1 && fc-list :lang=zh-cn | grep -q .; }; then
    packages="$packages fonts-noto-cjk"
fi
[ -z "$packages" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Browser tests want$(printf ' %s' $packages); no apt-get here, so install them by hand."
    exit 0
fi
if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "Browser tests want$(printf ' %s' $packages); to get them: sudo apt-get install$(printf ' %s' $packages)"
    exit 0
fi

echo "Installing$(printf ' %s' $packages) for the browser tests"
log=$(mktemp)
if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $packages; } >"$log" 2>&1; then
    echo "apt-get could not install them:"
    tail -n 5 "$log"
fi
rm -f "$log"
