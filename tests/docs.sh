#!/usr/bin/env bash
# The manual under test: tests/docs.sh PATH_OF_LOOP. Every block ```loop is a whole model that has nothing to complain of
# and whose expectations hold; a block ```loop-wrong CODE fails its check with that code first; ```loop-part is a
# fragment. ```loop-says OPTIONS is what `loop run OPTIONS` prints of the model above it, lines may be left out; a block ```diff
# between the two changes the model first. docs/reference.md is what the program prints, and relative links lead to files and headings.
. "$(dirname "$0")/lib.sh"
loop=$1

pages=()
for page in README.md docs/*.md; do
    [ -f "$page" ] && pages+=("$page")
done

# One file a block, in the order of the page: NUMBER.LINE.CODE, where CODE is `right` for a plain loop block. Options are the
# first line of what a model says.
blocks() { # PAGE
    rm -f "$scratch"/*.loop
    awk -v dir="$scratch" '
        !open && /^```[^ ]/ {
            open = 1
            kind = substr($1, 4)
            file = ""
            if (kind == "loop" || kind == "loop-wrong")
                file = sprintf("%s/%03d.%d.%s.loop", dir, ++count, NR, kind == "loop" ? "right" : $2)
            else if (kind == "loop-says" || kind == "diff")
                file = sprintf("%s/%03d.%d.%s.loop", dir, ++count, NR, kind == "diff" ? "change" : "says")
            else if (kind ~ /^loop/ && kind != "loop-part")
                file = sprintf("%s/%03d.%d.unknown.loop", dir, ++count, NR)
            if (file)
                printf "%s", (kind == "loop-says" ? substr($0, 13) "\n" : "") > file
            next
        }
        !open && /^```/ { open = 1; file = ""; next }
        open && /^```$/ { open = 0; if (file) close(file); next }
        open && file { print > file }
    ' "$1"
}

holds() { # FILE PLACE: no word of complaint, and something was expected
    local said rc
    said=$(timeout 60 "$loop" test "$1" 2>&1 </dev/null)
    rc=$?
    if [ $rc -eq 0 ] && [ "$(wc -l <<<"$said")" -eq 2 ]; then pass; else fail "$2: $said"; fi
}

is_refused() { # FILE PLACE CODE
    local said
    said=$(timeout 60 "$loop" check "$1" 2>&1 >/dev/null </dev/null)
    if [ $? -eq 3 ] && [[ $said =~ error\ ([EW][0-9]+): ]] && [ "${BASH_REMATCH[1]}" = "$3" ]; then
        pass
    else
        fail "$2: not refused with $3: $said"
    fi
}

# Lines of DIFF that begin with - are taken out of MODEL, what stands below with + put in their place.
change() { # MODEL DIFF
    awk '
        function bare(line) { gsub(/^[ \t]+|[ \t]+$/, "", line); return line }
        NR == FNR && /^-/ { old = bare(substr($0, 2)); put[old] = ""; want++ }
        NR == FNR && /^\+/ { put[old] = put[old] substr($0, 2) "\n" }
        NR == FNR { next }
        bare($0) in put { printf "%s", put[bare($0)]; found++; next }
        { print }
        END { exit !want || found != want }
    ' "$2" "$1"
}

# Every line of the block, except `...`, is printed, in this order; files are called by any name.
says() { # MODEL BLOCK PLACE
    local options missing
    read -ra options <"$2"
    missing=$(awk -v file="$1" '
        { sub(/[ \t]+$/, "") }
        NR == FNR { sub(/^[a-z_]+\.loop:/, "FILE:"); sub(/ [a-z_]+\.loop:/, " FILE:") }
        NR == FNR { if (FNR > 1 && $0 != "" && $0 != "...") want[++wanted] = $0; next }
        { while ((at = index($0, file ":"))) $0 = substr($0, 1, at - 1) "FILE" substr($0, at + length(file)) }
        met < wanted && $0 == want[met + 1] { met++ }
        END { if (met < wanted || !wanted) print want[met + 1] }
    ' "$2" <(timeout 60 "$loop" run "${options[@]}" "$1" 2>&1 </dev/null))
    if [ -z "$missing" ]; then pass; else fail "$3: does not print: $missing"; fi
}

for page in "${pages[@]}"; do
    model='' whole='' # the block above, as it is to be run, and as it stands
    blocks "$page"
    for file in "$scratch"/*.loop; do
        [ -f "$file" ] || continue
        IFS=. read -r _ line code _ <<<"$(basename "$file")"
        case $code in
        right) model=$file whole=$file && holds "$file" "$page:$line" ;;
        says) says "$model" "$file" "$page:$line" ;;
        change)
            change "$whole" "$file" >"$scratch/changed" || fail "$page:$line: changes what is not there"
            model=$scratch/changed
            ;;
        unknown) fail "$page:$line: the fence is none of loop, loop-part, loop-wrong, loop-says" ;;
        *) model=$file whole=$file && is_refused "$file" "$page:$line" "$code" ;;
        esac
    done
done

if said=$("$loop" catalog --markdown | diff docs/reference.md - 2>&1); then pass; else fail "docs/reference.md: $said"; fi

# The head of the page is written by hand, the rest by the program.
if said=$(diff <(sed -n '/^## /,$p' docs/phenomena.md) <("$loop" test --markdown $(examples) | sed -n '/^## /,$p' | sed 's|](examples/|](../examples/|') 2>&1); then
    pass
else
    fail "docs/phenomena.md: $said"
fi

# Links [text](path#heading): those with a scheme are left alone.
anchors() { # PAGE: what its headings are called in links
    grep -E '^#+ ' "$1" | sed -E 's/^#+ //' | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'
}
for page in "${pages[@]}"; do
    while read -r target; do
        file=${target%%#*}
        to=$page
        [ -z "$file" ] || to=$(dirname "$page")/$file
        if [ ! -e "$to" ]; then
            fail "$page: no file '$file'"
        elif [[ $target == *'#'* ]] && ! anchors "$to" | grep -qxF -- "${target#*#}"; then
            fail "$page: no heading '#${target#*#}' in $to"
        else
            pass
        fi
    done < <(sed 's/`[^`]*`//g' "$page" | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//' | grep -vE '^[a-z]+:')
done

# What is installed runs anywhere, its library with it.
installed=$scratch/root/opt/bin/loop
env -u MAKEFLAGS -u MAKELEVEL make -s BUILD="$(dirname "$loop")" DESTDIR="$scratch/root" PREFIX=/opt install >"$scratch/said" 2>&1
printf '%s\n' 'use drives' 'step 1 s' 'sense a' 'record a' 'run 3 s' >"$scratch/anywhere.loop"
if (cd / && "$installed" run -q "$scratch/anywhere.loop") >>"$scratch/said" 2>&1; then pass; else fail "make install: $(cat "$scratch/said")"; fi

finish
