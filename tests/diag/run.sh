#!/usr/bin/env bash
# Wrong models and what is said of them: tests/diag/run.sh PATH_OF_LOOP [bless]. Each CODE*.loop has a CODE*.txt with the
# exact diagnostics; those of E09, W0020, W0030 and W0038 are run, the others checked. 'bless' writes the .txt anew.
. "$(dirname "$0")/../lib.sh"
loop=$1 bless=${2:-}

ulimit -t 60 # a program that hangs fails

wanted_rc() { # CODE
    case $1 in
    E0902 | E0906) wanted=4 ;;
    E0901 | E0903 | E0904 | E0905) wanted='3|4' ;; # of a constant or parameter: before the run
    W*) wanted=0 ;;
    *) wanted=3 ;;
    esac
}

# Processes are dear here, so that what bash can do itself it does.
for file in tests/diag/*.loop; do
    name=${file##*/} txt=${file%.loop}.txt
    code=${name:0:5} how=check
    [[ $code == E09* || $code == W0020 || $code == W0030 || $code == W0038 ]] && how='run -q'
    # shellcheck disable=SC2086
    "$loop" $how "$file" 2>"$scratch/got" >/dev/null </dev/null
    rc=$?
    [ -n "$bless" ] && cp "$scratch/got" "$txt"
    read -r -d '' said <"$scratch/got"
    first=
    [[ $said =~ (error|warning)\ ([EW][0-9]{4}): ]] && first=${BASH_REMATCH[2]}
    wanted_rc "$code"
    if [ "$first" != "$code" ]; then
        fail "$file: the first diagnostic is '$first'"
    elif [[ ! $rc =~ ^($wanted)$ ]]; then
        fail "$file: exit status $rc"
    elif ! cmp -s "$txt" "$scratch/got"; then
        diff -u --text "$txt" "$scratch/got"
        fail "$file"
    else
        pass
    fi
done

# Every row of diag.def with an example has its file here, of the same text, and its `right` has nothing to complain of.
# The C strings of its fields, joined, each in a file of its own.
awk -v dir="$scratch" '
    /^DIAG\(/ { code = substr($1, 6); sub(",", "", code); field = 0 }
    /^     "/ { text = $0; sub(/^ *"/, "", text); sub(/"[,)]*$/, "", text); printf "%s", text > (dir "/" code "." field) }
    /^     ".*",$/ || /^     ".*"\)$/ { close(dir "/" code "." field); field++ }
' runtime/contract/diag.def
unescape() { # FROM, TO: what is written in C
    local text
    read -r text <"$1"
    printf -- "${text//%/%%}" >"$2"
}
mapfile -t codes < <(sed -nE 's/^DIAG\(([EW][0-9]+),.*/\1/p' runtime/contract/diag.def)
for code in "${codes[@]}"; do
    [ -s "$scratch/$code.1" ] || continue
    unescape "$scratch/$code.1" "$scratch/wrong.loop"
    unescape "$scratch/$code.2" "$scratch/right.loop"
    cmp -s "$scratch/wrong.loop" "tests/diag/$code.loop" || { fail "$code: tests/diag/$code.loop is not the example of diag.def"; continue; }
    if "$loop" run -q "$scratch/right.loop" 2>"$scratch/got" >/dev/null </dev/null && [ ! -s "$scratch/got" ]; then
        pass
    else
        fail "$code: its right example: $(cat "$scratch/got")"
    fi
done

# Inputs that are too large to keep.
first_code() { # FILE
    "$loop" check "$1" 2>&1 >"$scratch/out" </dev/null | grep -aoE 'error E[0-9]{4}:' | head -n 1
}
large() { # CODE, the model on standard input
    cat >"$scratch/large.loop"
    local got
    got=$(first_code "$scratch/large.loop")
    if [ "$got" = "error $1:" ]; then pass; else fail "a large model for $1: '$got'"; fi
}
head -c 17000000 /dev/zero | tr '\0' '#' | large E0002
awk 'BEGIN { printf "step 100 ms\nlet x = "; for (i = 0; i < 250; i++) printf "-("; printf "1"; for (i = 0; i < 250; i++) printf ")"; print "" }' | large E0007
awk 'BEGIN { printf "step 100 ms\nlet x = "; for (i = 0; i < 20000; i++) printf "("; print "1" }' | large E0007
awk 'BEGIN { for (i = 0; i < 80; i++) print "body {" }' | large E0101
awk 'BEGIN { print "step 100 ms\nlet x0 = 1"; for (i = 3000; i > 0; i--) printf "let x%d = x%d + 1\n", i, i - 1; print "record x3000\nrun 1 min" }' | large E0008
awk 'BEGIN { print "step 100 ms\nfn f0(x) = x + x * x"; for (i = 1; i < 40; i++) printf "fn f%d(x) = f%d(x) + f%d(x + 1)\n", i, i - 1, i - 1; print "sense s\nlet y = f39(s)\nrecord y\nrun 1 min" }' | large E0009
awk 'BEGIN { printf "step 100 ms\nlet x = 1"; for (i = 0; i < 10001; i++) printf " + 1"; print "\nrecord x\nrun 1 min" }' | large E0010

# What -p gives.
setting() { # CODE SETTING
    local got
    got=$("$loop" check -p "$2" tests/diag/W0002_param.loop 2>&1 >"$scratch/out" | grep -oE '(error|warning) [EW][0-9]+:' | head -n 1)
    if [ "$got" = "error $1:" ]; then pass; else fail "-p $2: '$got'"; fi
}
setting E0207 alpha=fast
setting E0207 alpha=2s
setting E0207 'alpha=[1, 2]'
setting E0211 alpa=0.2
setting E0211 light=1

# Each code is met somewhere.
for code in "${codes[@]}"; do
    if compgen -G "tests/diag/$code*.loop" >/dev/null || grep -qE "(large|setting|says|refused|error) $code" "$0" tests/*/run.sh tests/use/*/main.txt; then pass; else fail "$code has no test"; fi
done

finish
