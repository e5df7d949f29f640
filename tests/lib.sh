# What the test scripts share. Source it first, from anywhere: it goes to the root of the project, makes the folder
# $scratch for as long as the script runs, and counts. `finish` ends a script.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAIL $*"; }
finish() { echo "$passed passed, $failed failed"; [ "$failed" -eq 0 ]; }

# Those that any machine can run; the ones of extern/ want a compiled library.
examples() { find examples -name '*.loop' -not -path '*/extern/*' | LC_ALL=C sort; }
