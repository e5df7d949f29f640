#!/usr/bin/env bash
# Wrong models and what is said of them: tests/diag/run.sh PATH_OF_LOOP [bless]. Each CODE*.loop has a CODE*.txt with the
# exact diagnostics; those of E09 are run, the others checked. 'bless' writes the .txt anew.
. "$(dirname "$0")/../lib.sh"
loop=$1 bless=${2:-}

diagnostics() { # FILE: as the program prints them
    case $(basename "$1") in
    E09*) timeout 60 "$loop" run -q "$1" ;;
    *) timeout 60 "$loop" check "$1" ;;
    esac 2>&1 >"$scratch/out" </dev/null
    echo $? >"$scratch/rc"
}

wanted_rc() { # CODE
    case $1 in
    E0901 | E0902) echo 4 ;;
    E0903 | E0904 | E0905) echo '3|4' ;; # of a parameter: before the run
    W*) echo 0 ;;
    *) echo 3 ;;
    esac
}

for file in tests/diag/*.loop; do
    txt=${file%.loop}.txt name=$(basename "$file" .loop)
    code=${name%%_*}
    diagnostics "$file" >"$scratch/got"
    rc=$(cat "$scratch/rc")
    [ -n "$bless" ] && cp "$scratch/got" "$txt"
    first=$(grep -aoE '(error|warning) [EW][0-9]{4}:' "$scratch/got" | head -n 1 | grep -oE '[EW][0-9]{4}')
    if [ "$first" != "$code" ]; then
        fail "$file: the first diagnostic is '$first'"
    elif [[ ! $rc =~ ^($(wanted_rc "$code"))$ ]]; then
        fail "$file: exit status $rc"
    elif ! diff -u --text "$txt" "$scratch/got"; then
        fail "$file"
    else
        pass
    fi
done

# Every row of diag.def with an example has its file here, of the same text, and its `right` has nothing to complain of.
unescape() { # the C strings of standard input, joined
    local text
    text=$(sed -E 's/^ *"//; s/"[,)]*$//' | tr -d '\n')
    printf -- "${text//%/%%}"
}
awk -v dir="$scratch" '
    /^DIAG\(/ { code = substr($1, 6); sub(",", "", code); field = 0 }
    /^     "/ { print > (dir "/" code "." field) }
    /^     ".*",$/ || /^     ".*"\)$/ { field++ }
' runtime/contract/diag.def
for code in $(sed -nE 's/^DIAG\(([EW][0-9]+),.*/\1/p' runtime/contract/diag.def); do
    unescape <"$scratch/$code.1" >"$scratch/wrong.loop"
    unescape <"$scratch/$code.2" >"$scratch/right.loop"
    [ -s "$scratch/wrong.loop" ] || continue
    cmp -s "$scratch/wrong.loop" "tests/diag/$code.loop" || { fail "$code: tests/diag/$code.loop is not the example of diag.def"; continue; }
    said=$(timeout 60 "$loop" run -q "$scratch/right.loop" 2>&1 >"$scratch/out" </dev/null)
    if [ $? -ne 0 ] || [ -n "$said" ]; then
        fail "$code: its right example: $said"
    else
        pass
    fi
done

# Inputs that are too large to keep.
first_code() { # FILE
    (ulimit -v "${LOOP_TEST_KB:-unlimited}"; timeout 60 "$loop" check "$1") 2>&1 >"$scratch/out" </dev/null | grep -aoE 'error E[0-9]{4}:' | head -n 1
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
    got=$(timeout 60 "$loop" check -p "$2" tests/diag/W0002_param.loop 2>&1 >"$scratch/out" | grep -oE '(error|warning) [EW][0-9]+:' | head -n 1)
    if [ "$got" = "error $1:" ]; then pass; else fail "-p $2: '$got'"; fi
}
setting E0207 alpha=fast
setting E0207 alpha=2s
setting E0207 'alpha=[1, 2]'
setting E0211 alpa=0.2
setting E0211 light=1

# Each code is met somewhere.
for code in $(sed -nE 's/^DIAG\(([EW][0-9]+),.*/\1/p' runtime/contract/diag.def); do
    if ls tests/diag/"$code"*.loop >/dev/null 2>&1 || grep -qE "(large|setting|says|refused|error) $code" "$0" tests/*/run.sh tests/use/*/main.txt; then pass; else fail "$code has no test"; fi
done

finish
