#!/bin/sh
# The browser tests drive the system's Chromium. Install Debian's when none is there.
set -eu
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
install="apt-get install -y --no-install-recommends chromium"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "The browser tests need Chromium, which is not installed. As root, on Debian or Ubuntu:" >&2
  echo "    apt-get update && $install" >&2
  exit 1
fi
echo "Installing Chromium for the browser tests" >&2
apt-get update -q && $install
