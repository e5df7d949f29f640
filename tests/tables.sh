#!/usr/bin/env bash
# tables.sh LOOP: every row of a table has what belongs to it, and every file stands on the floor it belongs to. (Codes of
# diag.def are counted by diag/run.sh, opcodes by unit/verify_test.c.)
. "$(dirname "$0")/lib.sh"
loop=$1

rows() { sed -nE "s/^($1)\\(\"?([a-z_]+)\"?,.*/\\2/p" "$2" | sort -u; } # MACROS FILE: first argument of each row

# Words of the grammar are in a parse golden.
for word in $(rows 'RESERVED|BEGINS|INSIDE' lang/syntax/keywords.def); do
    if grep -qwE "$word" tests/parse/*.loop; then pass; else fail "keyword '$word' is in no tests/parse/*.loop"; fi
done
# Functions are called in a model whose numbers are known.
for name in $(rows FUNCTION runtime/contract/function.def) $("$loop" catalog --markdown | sed -nE '/^## Elementwise/,/^## Functions: e/s/^\| `([a-z_]+)\(.*/\1/p'); do
    if grep -qE "(^|[^a-z_.])$name\\(" tests/run/{functions,science,foresee}/*.loop; then pass; else fail "function '$name' is in no tests/run/functions/*.loop"; fi
done
# Learning rules: one file, one row, one model.
for file in runtime/rules/*.c; do
    name=$(basename "$file" .c)
    [ "$name" = rules ] && continue
    if grep -q "($name" runtime/rules/rules.def; then pass; else fail "$file has no row in rules.def"; fi
    if grep -qE "learn +$name" tests/run/science/*.loop; then pass; else fail "no tests/run/science/*.loop learns by '$name'"; fi
done
# Constructs of the manual are in the model that is said to show them; blanks there may be wider.
while IFS=$'\t' read -r construct file; do
    pattern=$(sed -E 's/[][().*+?^$|{}\\]/\\&/g; s/ / +/g' <<<"$construct")
    if grep -qE -- "$pattern" "$file" 2>/dev/null; then pass; else fail "'$construct' is not in $file"; fi
done < <(sed -nE 's/^\| `(.*)` \| \[([^]]*)\].*/\1\t\2/p' docs/constructs.md)
# Commands are in the help.
for file in lang/cli/cmd_*.c; do
    name=$(basename "$file" .c)
    if "$loop" help | grep -qE "^  ${name#cmd_} "; then pass; else fail "$file is not in 'loop help'"; fi
done
# What `make bench` times can be run, and has nothing to complain of; nor do examples and test models: each warning they get is false.
for words in '2 500 1' '2 50 4 all' '2 50 4 exact' '2 50 4 exact all'; do
    # shellcheck disable=SC2086 # words
    sh tests/bench/w4.sh $words >"$scratch/w4 $words.loop"
done
for file in tests/bench/*.loop "$scratch"/w4*.loop $(find examples tests/run -name '*.loop'); do
    if said=$("$loop" check "$file" 2>&1) && [ -z "$said" ]; then pass; else fail "$file: $said"; fi
done
# Data flows one way: the runtime knows nothing of the language, the contract nothing of the rest of the runtime, the
# compiler only the contract; output is for the command.
arrows() { # NAME FORBIDDEN FILES...
    local name=$1 forbidden=$2
    shift 2
    local found
    found=$(grep -nE "#include \"($forbidden)" "$@" /dev/null)
    if [ -z "$found" ]; then pass; else fail "$name: $found"; fi
}
arrows 'runtime includes lang' 'lang/' $(find runtime -name '*.[ch]')
arrows 'contract includes more than itself' 'runtime/(vm|rules|task|measure|run|output|extern|loop_run)' $(find runtime/contract -name '*.[ch]')
arrows 'a rule includes the machine' 'runtime/(vm|task|measure|run|output|extern|loop_run)' $(find runtime/rules -name '*.[ch]')
arrows 'a block includes what works on it' 'runtime/(vm|rules|task|measure|run|output|extern|loop_run)' $(find runtime/block -name '*.[ch]')
arrows 'the clock includes the machine' 'runtime/(vm|measure|run|output|extern|loop_run)' $(find runtime/task -name '*.[ch]')
arrows 'a measure includes the machine' 'runtime/(vm|run|output|extern|loop_run)' $(find runtime/measure -name '*.[ch]')
arrows 'the machine includes the run' 'runtime/(run|parts|output|loop_run)' $(find runtime/vm -name '*.[ch]')
arrows 'the compiler includes the engine' 'runtime/(vm|task|measure|run|output|extern|loop_run)' $(find lang -name '*.[chyl]' -not -path 'lang/cli/*')
arrows 'syntax includes a later stage' 'lang/(model|check|lower|tools|cli)' $(find lang/syntax -name '*.[chyl]')
arrows 'the model includes the checker' 'lang/(check|lower|tools|cli)' $(find lang/model -name '*.[ch]')
arrows 'names include what is made of them' 'lang/check/(expr|loops|task|review|declare)' $(find lang/check/names -name '*.[ch]')
arrows 'formulas include what has them' 'lang/check/(loops|task|review|declare)' $(find lang/check/expr -name '*.[ch]')
arrows 'loops include the task, the review or declarations' 'lang/check/(task|review|declare)' $(find lang/check/loops -name '*.[ch]')
arrows 'the task includes loops, the review or declarations' 'lang/check/(loops|review|declare)' $(find lang/check/task -name '*.[ch]')
arrows 'the review includes loops, the task or declarations' 'lang/check/(loops|task|declare)' $(find lang/check/review -name '*.[ch]')
arrows 'the lowering includes the checker' 'lang/check' $(find lang/lower -name '*.[ch]')
arrows 'check includes a later stage' 'lang/(lower|tools|cli)' $(find lang/check -name '*.[ch]')
arrows 'the engine includes its output' 'runtime/output' $(find runtime -name '*.[ch]' -not -path 'runtime/output/*')

finish
