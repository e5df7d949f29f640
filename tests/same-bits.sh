#!/usr/bin/env bash
# same-bits.sh REFERENCE OTHER...: every example and test model, and every one that fails while it runs, gives the same bytes
# from every build and every engine that this machine has, for any number of threads, any size of lane block and any way of
# taking a model apart; in single precision too. Small blocks are slow, so they get fewer agents.
. "$(dirname "$0")/lib.sh"
reference=$1
shift

engines=$("$reference" version | sed -n 's/^engines here, best first: //p')

[ -n "$engines" ] || fail "'loop version' names no engine"

bits() { "$@" 2>&1 | sha256sum; }
compare() { # MODEL: a line for each comparison, empty where nothing differs
    local wanted single few how other
    wanted=$(bits "$reference" run --json -j 1 "$1")
    single=$(bits "$reference" run --json -j 1 --precision single "$1")
    same() { if [ "$1" = "$2" ]; then echo; else echo "$3 differs"; fi; }
    for how in '-j 2' '-j 2 --lanes 16 --split none' '-j 2 --split parts' '-j 2 --split lanes'; do
        same "$wanted" "$(bits "$reference" run --json $how "$1")" "$1 $how"
    done
    for how in '' '--precision single'; do
        few=$(bits "$reference" run --json --agents 21 -j 1 $how "$1")
        same "$few" "$(bits "$reference" run --json --agents 21 -j 2 --lanes 1 $how "$1")" "$1 --lanes 1 $how"
        same "$few" "$(bits "$reference" run --json --agents 21 -j 2 --split lanes --lanes 3 $how "$1")" "$1 --lanes 3 $how"
    done
    for how in $engines; do
        same "$wanted" "$(bits "$reference" run --json --engine $how "$1")" "$1 --engine $how"
        same "$single" "$(bits "$reference" run --json --engine $how --precision single "$1")" "$1 --engine $how in single precision"
    done
    for other in $others; do
        same "$wanted" "$(bits "$other" run --json -j 2 "$1")" "$1 by $other"
    done
}
export reference engines others="$*"
export -f bits compare

while read -r said; do
    if [ -z "$said" ]; then pass; else fail "$said"; fi
done < <({ examples; find tests/run -name '*.loop'; find tests/diag -name 'E09*.loop'; } | xargs -P 2 -I '{}' bash -c 'compare "{}"')
finish
