#!/usr/bin/env bash
# same-bits.sh REFERENCE OTHER...: every example and test model gives the same bytes from every build, for any number of
# threads and any size of lane block.
. "$(dirname "$0")/lib.sh"
reference=$1
shift

bits() { "$@" 2>&1 | sha256sum; }
compare() { # MODEL: a line for each comparison, empty where nothing differs
    local wanted
    wanted=$(bits "$reference" run --json -j 1 "$1")
    for how in '-j 2' '-j 2 --lanes 1' '-j 2 --lanes 3' '-j 2 --lanes 16'; do
        if [ "$wanted" = "$(bits "$reference" run --json $how "$1")" ]; then echo; else echo "$1 $how differs"; fi
    done
    for other in $others; do
        if [ "$wanted" = "$(bits "$other" run --json -j 2 "$1")" ]; then echo; else echo "$1 by $other differs"; fi
    done
}
export reference others="$*"
export -f bits compare

while read -r said; do
    if [ -z "$said" ]; then pass; else fail "$said"; fi
done < <({ examples; find tests/run -name '*.loop'; } | xargs -P 2 -I '{}' bash -c 'compare "{}"')
finish
