#!/usr/bin/env bash
# same-bits.sh REFERENCE OTHER...: every example and test model gives the same bytes from every build, for any number of
# threads and any size of lane block.
set -u
reference=$1
shift
passed=0
failed=0

compare() { # name, wanted, got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "differs: $1"
    fi
}

models=$(ls examples/*.loop; find tests/run -name '*.loop' | sort)
for model in $models; do
    wanted=$("$reference" run --json -j 1 "$model" 2>&1 | sha256sum)
    compare "$model -j 2" "$wanted" "$("$reference" run --json -j 2 "$model" 2>&1 | sha256sum)"
    for lanes in 1 3 16; do
        compare "$model --lanes $lanes" "$wanted" "$("$reference" run --json -j 2 --lanes $lanes "$model" 2>&1 | sha256sum)"
    done
    for other in "$@"; do
        compare "$model by $other" "$wanted" "$("$other" run --json -j 2 "$model" 2>&1 | sha256sum)"
    done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
