#!/usr/bin/env bash
# Models of several files: tests/use/run.sh PATH_OF_LOOP [bless]. Each folder here has a main.loop and what is said of it in
# main.txt (nothing: its expectations hold). What git can't keep, or what is too large, is made in a scratch folder.
. "$(dirname "$0")/../lib.sh"
loop=$(realpath "$1") bless=${2:-}

for main in tests/use/*/main.loop; do
    txt=${main%.loop}.txt
    timeout 60 "$loop" run -q "$main" >"$scratch/got" 2>&1 </dev/null
    rc=$?
    [ -n "$bless" ] && cp "$scratch/got" "$txt"
    wanted=$(grep -qE 'error E' "$txt" && echo 3 || echo 0)
    if [ $rc -ne "$wanted" ]; then fail "$main: exit status $rc"; elif diff -u "$txt" "$scratch/got"; then pass; else fail "$main"; fi
done

# ---- made here ----
refused() { # CODE TEXT FILE: the first diagnostic has that code, and one says that
    local said
    said=$(timeout 60 "$loop" check "$3" 2>&1 >/dev/null </dev/null)
    if [ $? -eq 3 ] && grep -oE 'error E[0-9]+' <<<"$said" | head -n 1 | grep -q "error $1" && grep -qF -- "$2" <<<"$said"; then
        pass
    else
        fail "$1: '$2' is not in: $(head -c 600 <<<"$said")"
    fi
}
accepted() { # WHAT FILE
    local said
    said=$(timeout 60 "$loop" check "$2" 2>&1 >/dev/null </dev/null)
    if [ $? -eq 0 ]; then pass; else fail "$1: $(head -c 600 <<<"$said")"; fi
}
body=$'step 1 s\nsense a\nrecord a\nrun 3 s\n'
here() { printf '%s\n%s' "$1" "$body" >"$scratch/model/main.loop"; }
mkdir "$scratch/model" "$scratch/model/folder.loop" "$scratch/model/parts" "$scratch/elsewhere"
echo 'const k = 1' >"$scratch/outside.loop"
echo 'const k = 1' >"$scratch/elsewhere/part.loop"
echo 'const k = 1' >"$scratch/model/part.loop"

ln -s ../outside.loop "$scratch/model/link.loop"
here 'use link'; refused E1203 "'link.loop' is reached through a symbolic link" "$scratch/model/main.loop"
ln -s ../elsewhere "$scratch/model/away"
here 'use "away/part.loop"'; refused E1203 'symbolic link' "$scratch/model/main.loop"
ln -s part.loop "$scratch/model/inside.loop"
here 'use inside'; refused E1203 'symbolic link' "$scratch/model/main.loop"
mkfifo "$scratch/model/pipe.loop"
here 'use pipe'; refused E1204 'no regular file' "$scratch/model/main.loop"
here 'use folder'; refused E1204 'no regular file' "$scratch/model/main.loop"
here 'use "part.loop/x.loop"'; refused E1204 'no regular file' "$scratch/model/main.loop"
here 'use "parts"'; refused E1204 'no regular file' "$scratch/model/main.loop"
echo 'const k = 1' >"$scratch/model/secret.loop"
chmod 000 "$scratch/model/secret.loop"
if [ ! -r "$scratch/model/secret.loop" ]; then
    here 'use secret'; refused E1204 'ermission denied' "$scratch/model/main.loop"
fi
here 'use "/etc/passwd" as p'; refused E1202 'leads out' "$scratch/model/main.loop"
here 'use "../outside.loop"'; refused E1202 'leads out' "$scratch/model/main.loop"
here 'use "parts/../../outside.loop"'; refused E1202 'leads out' "$scratch/model/main.loop"
here 'use "/dev/zero" as z'; refused E1202 'leads out' "$scratch/model/main.loop"
here 'use "parts/../part.loop"'; accepted 'a path with .. that stays inside' "$scratch/model/main.loop"
here "use \"$(head -c 300 /dev/zero | tr '\0' x).loop\""; refused E1201 'there is no file' "$scratch/model/main.loop"
here 'use "" as empty'; refused E1201 'there is no file' "$scratch/model/main.loop"

# a chain of 17 files, 65 files, 17 MiB in two
for i in $(seq 1 16); do printf 'use f%d\nconst k = 1\n' $((i + 1)) >"$scratch/model/f$i.loop"; done
echo 'const k = 1' >"$scratch/model/f17.loop"
here 'use f3'; accepted 'sixteen files deep' "$scratch/model/main.loop"
here 'use f2'; refused E1206 'more than 16 deep' "$scratch/model/main.loop"
uses=
for i in $(seq 1 64); do echo 'const k = 1' >"$scratch/model/g$i.loop"; uses+="use g$i"$'\n'; done
here "$uses"; refused E1206 'more than 64 files' "$scratch/model/main.loop"
here "${uses%use g64?}"; accepted 'sixty-four files' "$scratch/model/main.loop"
for f in big1 big2; do { printf '# '; head -c 9000000 /dev/zero | tr '\0' x; echo; } >"$scratch/model/$f.loop"; done
here $'use big1\nuse big2'; refused E1206 'more than 16 MiB together' "$scratch/model/main.loop"

# circuits that multiply: 10^6 of them, and a chain of 40
{ printf 'step 1 s\nsense a\ncircuit c0(x) { let y = x + 1 }\n'
  for i in $(seq 1 6); do
      echo "circuit c$i(x) {"; for k in $(seq 1 10); do echo "  make m$k = c$((i - 1))(x = x)"; done; echo '}'
  done
  printf 'make all = c6(x = a)\nrecord a\nrun 3 s\n'; } >"$scratch/bomb.loop"
refused E1307 'more than 10000 circuits' "$scratch/bomb.loop"
{ printf 'step 1 s\nsense a\ncircuit c0(x) { let y = x + 1 }\n'
  for i in $(seq 1 40); do echo "circuit c$i(x) { make m = c$((i - 1))(x = x) }"; done
  printf 'make all = c40(x = a)\nrecord a\nrun 3 s\n'; } >"$scratch/deep.loop"
refused E1307 'more than 32 deep' "$scratch/deep.loop"
# the same mistake in each of 9,000 instances is said once, and quickly
{ printf 'step 1 s\nsense a\ncircuit c(x) { let y = x + nothing }\n'
  for i in $(seq 1 9000); do echo "make m$i = c(x = a)"; done; printf 'record a\nrun 3 s\n'; } >"$scratch/many.loop"
refused E0201 "there is no value 'nothing'" "$scratch/many.loop"
[ "$(timeout 60 "$loop" check "$scratch/many.loop" 2>&1 | grep -c 'error E')" -eq 1 ] && pass || fail 'one message for all instances'

# large bodies, and long lists of arguments
{ printf 'step 1 s\nsense a\ncircuit c(x) {\n'; for i in $(seq 1 5000); do echo "let y$i = x"; done; echo '}'
  for i in $(seq 1 9000); do echo "make m$i = c(x = a)"; done; printf 'record a\nrun 3 s\n'; } >"$scratch/large.loop"
refused E1307 'more than 200000 names' "$scratch/large.loop"
{ printf 'step 1 s\nsense a\ncircuit c(x0'; for i in $(seq 1 64); do printf ', x%d' $i; done; printf ') { let y = x0 }\nrecord a\nrun 3 s\n'; } >"$scratch/long.loop"
refused E1307 'at most 64 arguments' "$scratch/long.loop"
{ printf 'step 1 s\nsense a\ncircuit c(x) { let y = x }\nmake m = c(x = a'; for i in $(seq 1 9000); do printf ', z%d = 1' $i; done
  printf ')\nrecord a\nrun 3 s\n'; } >"$scratch/long.loop"
refused E1303 "no argument 'z1'" "$scratch/long.loop"

# a model without a folder
if printf 'use predictors\n%s' "$body" | timeout 60 "$loop" check - >/dev/null 2>&1; then pass; else fail 'the standard library from standard input'; fi
if (cd / && printf 'use anatomy\n%s' "$body" | timeout 60 "$loop" check - >/dev/null 2>&1); then pass; else fail 'from another folder'; fi
said=$(cd "$scratch/model" && printf 'use part\n%s' "$body" | timeout 60 "$loop" check - 2>&1)
grep -q 'error E1202' <<<"$said" && pass || fail "a file beside standard input: $said"

# run.json has the names and hashes of all files
"$loop" run -q -o "$scratch/out.d" tests/use/diamond/main.loop >/dev/null 2>&1
for file in main left right base; do
    sum=$(sha256sum "tests/use/diamond/$file.loop" | cut -d' ' -f1)
    grep -qF "{\"file\":\"tests/use/diamond/$file.loop\",\"sha256\":\"$sum\"}" "$scratch/out.d/run.json" && pass || fail "run.json lacks $file.loop"
done
[ "$(grep -o '"sha256"' "$scratch/out.d/run.json" | wc -l)" -eq 4 ] && pass || fail 'run.json: a file twice'

finish
