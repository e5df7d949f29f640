#!/usr/bin/env bash
# --diagnostics json: tests/diag/json.sh PATH_OF_LOOP. Each diagnostic of tests/diag/*.loop is one JSON object on a line of
# its own, and says what the text form says.
. "$(dirname "$0")/../lib.sh"
loop=$1

for file in tests/diag/*.loop; do
    name=$scratch/$(basename "$file" .loop)
    timeout 60 "$loop" check --diagnostics json "$file" 2>"$name.json" >"$scratch/out" </dev/null
    timeout 60 "$loop" check "$file" 2>&1 >"$scratch/out" </dev/null |
        grep -aE '^([^ ]*: )?(error|warning) [EW][0-9]{4}: |^note: |^help: ' >"$name.text"
done
python3 tests/diag/as_text.py "$scratch"/*.json || fail 'as_text.py'
for text in "$scratch"/*.text; do
    if diff --text "$text" "${text%.text}.got"; then pass; else fail "$(basename "$text" .text)"; fi
done

# The other commands, and a file whose name is not UTF-8.
name=$scratch/$'odd\xff"name.loop'
printf 'step 100 ms\nsense light = x\n' >"$name"
for command in "check" "run" "test" "describe" "dump --model"; do
    # shellcheck disable=SC2086
    if timeout 60 "$loop" $command --diagnostics=json "$name" 2>&1 >"$scratch/out" </dev/null | grep -aqE '"code":"E0201".*\\ufffd'; then
        pass
    else
        fail "$command --diagnostics=json"
    fi
done

finish
