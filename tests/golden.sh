#!/usr/bin/env bash
# golden.sh LOOP [bless]: what the stages of the compiler print, beside what they should. tests/parse/*.loop have their
# syntax tree in *.ast; tests/code/*.loop their checked model and program in *.model and *.code; tests/report/*.loop what
# a run reports in *.txt and *.json. 'bless' writes them anew: then read the difference.
. "$(dirname "$0")/lib.sh"
loop=$1 bless=${2:-}

compare() { # FILE ENDING COMMAND...
    local wanted=${1%.loop}.$2 got
    got=$("$loop" "${@:3}" "$1" 2>&1)
    [ -n "$bless" ] && printf '%s\n' "$got" >"$wanted"
    if diff -u "$wanted" - <<<"$got"; then pass; else fail "$wanted"; fi
}

for file in tests/parse/*.loop; do compare "$file" ast dump --ast; done
for file in tests/code/*.loop; do
    compare "$file" model dump --model
    compare "$file" code dump --code
    compare "$file" words describe
done
for file in tests/report/*.loop; do
    compare "$file" txt run
    compare "$file" json run --json
done
finish
