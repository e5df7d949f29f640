#!/usr/bin/env bash
# mutants/run.sh LOOP: every example fails when one plausible mistake is made in it. list.txt has, for each, a sed command and
# what it stands for, apart by tabs.
. "$(dirname "$0")/../lib.sh"
loop=$1

while IFS=$'\t' read -r name edit why; do
    case $name in '' | '#'*) continue ;; esac
    sed -E "$edit" "examples/$name.loop" >"$scratch/mutant.loop"
    if cmp -s "examples/$name.loop" "$scratch/mutant.loop"; then
        said='nothing was changed' code=0
    else
        said=$("$loop" test -q "$scratch/mutant.loop" 2>&1)
        code=$?
    fi
    if [ $code -eq 1 ] && ! grep -q 'could not be run' <<<"$said"; then
        pass
    else
        fail "$name, with $why ($edit): $said"
    fi
done <tests/mutants/list.txt

for file in $(examples); do
    name=${file#examples/} name=${name%.loop}
    grep -q "^$name	" tests/mutants/list.txt && continue
    fail "$name has no line in tests/mutants/list.txt"
done

finish
