#!/bin/sh
# The live comparisons run R. Install Debian's R and the packages they use when one is missing.
set -eu
packages="r-base-core r-cran-survival r-cran-vegan r-cran-jsonlite r-cran-cmprsk r-cran-coin r-cran-exactranktests"
missing=""
for package in $packages; do
  dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
if [ -z "$missing" ]; then exit 0; fi
install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "The comparisons with R need packages that are not installed. As root, on Debian or Ubuntu:" >&2
  echo "    apt-get update && $install" >&2
  exit 1
fi
echo "Installing R for the live comparisons" >&2
apt-get update -q && DEBIAN_FRONTEND=noninteractive $install
