#!/usr/bin/env bash
# --diagnostics json: tests/diag/json.sh PATH_OF_LOOP. Each diagnostic of tests/diag/*.loop is one JSON object on a line of
# its own, and says what the text form says.
. "$(dirname "$0")/../lib.sh"
loop=$1

# Those that show when a model runs are run, the others checked all at once.
"$loop" check --diagnostics json tests/diag/{E0[0-8],E1,W00[01],W002[1-9]}*.loop 2>"$scratch/all.json" >/dev/null </dev/null
for file in tests/diag/{E09,W0020}*.loop; do
    "$loop" run -q --diagnostics json "$file" 2>>"$scratch/all.json" >/dev/null </dev/null
done
cat tests/diag/{E0[0-8],E1,W00[01],W002[1-9],E09,W0020}*.txt | grep -aE '^([^ ]*: )?(error|warning) [EW][0-9]{4}: |^note: |^help: ' >"$scratch/all.text"
python3 tests/diag/as_text.py "$scratch/all.json" || fail 'as_text.py'
if diff --text "$scratch/all.text" "$scratch/all.got"; then pass; else fail 'JSON and text differ'; fi

# The other commands, and a file whose name is not UTF-8.
name=$scratch/$'odd\xff"name.loop'
printf 'step 100 ms\nsense light = x\n' >"$name"
for command in "check" "run" "test" "describe" "dump --model"; do
    # shellcheck disable=SC2086
    if "$loop" $command --diagnostics=json "$name" 2>&1 >"$scratch/out" </dev/null | grep -aqE '"code":"E0201".*\\ufffd'; then
        pass
    else
        fail "$command --diagnostics=json"
    fi
done

finish
