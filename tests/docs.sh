#!/usr/bin/env bash
# The manual under test: tests/docs.sh PATH_OF_LOOP. Every block ```loop is a whole model that has nothing to complain of
# and whose expectations hold; a block ```loop-wrong CODE fails its check with that code first; ```loop-part is a
# fragment. docs/reference.md is what the program prints, and relative links lead to files.
. "$(dirname "$0")/lib.sh"
loop=$1

pages=()
for page in README.md docs/*.md; do
    [ -f "$page" ] && pages+=("$page")
done

# One file a block, in the order of the page: NUMBER.LINE.CODE, where CODE is `right` for a plain loop block.
blocks() { # PAGE
    rm -f "$scratch"/*.loop
    awk -v dir="$scratch" '
        !open && /^```[^ ]/ {
            open = 1
            kind = substr($1, 4)
            file = ""
            if (kind == "loop" || kind == "loop-wrong")
                file = sprintf("%s/%03d.%d.%s.loop", dir, ++count, NR, kind == "loop" ? "right" : $2)
            else if (kind ~ /^loop/ && kind != "loop-part")
                file = sprintf("%s/%03d.%d.unknown.loop", dir, ++count, NR)
            if (file)
                printf "" > file
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

for page in "${pages[@]}"; do
    blocks "$page"
    for file in "$scratch"/*.loop; do
        [ -f "$file" ] || continue
        IFS=. read -r _ line code _ <<<"$(basename "$file")"
        case $code in
        right) holds "$file" "$page:$line" ;;
        unknown) fail "$page:$line: the fence is none of loop, loop-part, loop-wrong" ;;
        *) is_refused "$file" "$page:$line" "$code" ;;
        esac
    done
done

if said=$("$loop" catalog --markdown | diff docs/reference.md - 2>&1); then pass; else fail "docs/reference.md: $said"; fi

# The head of the page is written by hand, the rest by the program.
if said=$(diff <(sed -n '/^## /,$p' docs/phenomena.md) <("$loop" test --markdown $(examples) | sed -n '/^## /,$p') 2>&1); then
    pass
else
    fail "docs/phenomena.md: $said"
fi

# Links [text](path): those with a scheme, and those into the page itself, are left alone.
for page in "${pages[@]}"; do
    while read -r target; do
        target=${target%%#*}
        if [ -z "$target" ] || [ -e "$(dirname "$page")/$target" ]; then pass; else fail "$page: no file '$target'"; fi
    done < <(sed 's/`[^`]*`//g' "$page" | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//' | grep -vE '^[a-z]+:')
done

finish
