#!/usr/bin/env bash
# mutants/run.sh LOOP: every example fails when one plausible mistake is made in it. list.txt has, for each, a sed command and
# what it stands for, apart by tabs.
set -u
loop=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

while IFS=$'\t' read -r name edit why; do
    case $name in '' | '#'*) continue ;; esac
    sed -E "$edit" "examples/$name.loop" >"$work/$name.loop"
    if cmp -s "examples/$name.loop" "$work/$name.loop"; then
        said='nothing was changed' code=0
    else
        said=$("$loop" test -q "$work/$name.loop" 2>&1)
        code=$?
    fi
    if [ $code -eq 1 ] && ! grep -q 'could not be run' <<<"$said"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name, with $why ($edit): $said"
    fi
done <tests/mutants/list.txt

for file in examples/*.loop; do
    name=$(basename "$file" .loop)
    grep -q "^$name	" tests/mutants/list.txt && continue
    failed=$((failed + 1))
    echo "FAILED: $name has no line in tests/mutants/list.txt"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
