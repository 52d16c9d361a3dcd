#!/bin/sh
# The browser tests drive the system's Chromium. Debian builds it twice from one source: the headless
# shell has the engine without the windows around it, and opens a page in two thirds of the time.
set -eu
if command -v chromium-headless-shell >/dev/null 2>&1; then exit 0; fi
can_install=no
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then can_install=yes; fi
install="apt-get install -y --no-install-recommends"
if [ "$can_install" = yes ]; then
  echo "Installing Chromium's headless shell for the browser tests" >&2
  if apt-get update -q && $install chromium-headless-shell; then exit 0; fi
fi
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$can_install" = yes ]; then # an older release has the whole browser only
  $install chromium
  exit 0
fi
echo "The browser tests need Chromium, which is not installed. As root, on Debian or Ubuntu:" >&2
echo "    apt-get update && $install chromium-headless-shell || $install chromium" >&2
exit 1
