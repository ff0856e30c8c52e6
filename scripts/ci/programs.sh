#!/usr/bin/env bash
# Programs that tests run and npm does not bring, for CI on Debian as root: what is missing is installed. Elsewhere the tests
# that need one of them are skipped.
set -euo pipefail

packages=()
for program in chromium zsh fish; do
  command -v "$program" >/dev/null || packages+=("$program")
done
# Debian's Python comes without what makes its virtual environments.
command -v python3 >/dev/null || packages+=(python3)
python3 -c "import ensurepip, venv" 2>/dev/null || packages+=(python3-venv)
[ ${#packages[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Missing: ${packages[*]}. Install them; as root on Debian this script does so." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends "${packages[@]}" >/dev/null
