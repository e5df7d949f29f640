#!/usr/bin/env bash
# same-bits.sh REFERENCE FAST SLOW: every example and test model, and every one that fails while it runs, gives the same bytes
# from every build and every engine that this machine has, for any number of threads, any size of lane block and any way of
# taking a model apart; in single precision too. Small blocks and builds without optimisation are slow, so they get the models
# that take up to so many steps times agents.
. "$(dirname "$0")/lib.sh"
reference=$1

engines=$("$reference" version | sed -n 's/^engines here, best first: //p')

[ -n "$engines" ] || fail "'loop version' names no engine"

bits() { "$@" 2>&1 | sha256sum; }
compare() { # MODEL: a line for each comparison, empty where nothing differs
    local wanted single how other file=$scratch/$BASHPID steps agents small=
    "$reference" run --json -j 1 "$1" >"$file" 2>&1
    wanted=$(bits cat "$file")
    read -r steps agents < <(sed -n '1s/.*"steps":\([0-9]*\),"agents":\([0-9]*\).*/\1 \2/p' "$file")
    [ $((${steps:-0} * ${agents:-0})) -gt 400000 ] || small=yes
    single=$(bits "$reference" run --json -j 1 --precision single "$1")
    same() { if [ "$1" = "$2" ]; then echo; else echo "$3 differs"; fi; }
    for how in '-j 2' '-j 2 --lanes 16 --split none' '-j 2 --split parts' '-j 2 --split lanes'; do
        same "$wanted" "$(bits "$reference" run --json $how "$1")" "$1 $how"
    done
    for how in ${small:+'--lanes 1' '--lanes 3 --split lanes'}; do
        same "$wanted" "$(bits "$reference" run --json -j 2 $how "$1")" "$1 $how"
        same "$single" "$(bits "$reference" run --json -j 2 $how --precision single "$1")" "$1 $how in single precision"
    done
    for how in $engines; do
        same "$wanted" "$(bits "$reference" run --json --engine $how "$1")" "$1 --engine $how"
        same "$single" "$(bits "$reference" run --json --engine $how --precision single "$1")" "$1 --engine $how in single precision"
    done
    for other in $fast ${small:+$slow}; do
        same "$wanted" "$(bits "$other" run --json -j 2 "$1")" "$1 by $other"
        same "$single" "$(bits "$other" run --json -j 2 --precision single "$1")" "$1 by $other in single precision"
    done
}
export scratch reference engines fast=$2 slow=$3
export -f bits compare

while read -r said; do
    if [ -z "$said" ]; then pass; else fail "$said"; fi
done < <({ examples; find tests/run -name '*.loop'; find tests/diag -name 'E09*.loop' -o -name 'W0020*.loop'; } | xargs -P 2 -I '{}' bash -c 'compare "{}"')

# A block larger than any that is chosen, with all agents.
wanted=$(bits "$reference" run --json tests/bench/w2.loop)
if [ "$wanted" = "$(bits "$reference" run --json --lanes 10000 tests/bench/w2.loop)" ]; then pass; else fail "w2.loop --lanes 10000 differs"; fi

# What is written beside a draw does not move it: 'light' has the same course without the lines that begin with +, and with them.
course_of_light() { "$reference" run --json "$1" 2>&1 | sed -n 's/^.*"signal":"light",.*\("mean":.*\)$/\1/p'; }
beside() { # WHAT, the model on standard input
    cat >"$scratch/beside.loop"
    local without with
    grep -v '^+' "$scratch/beside.loop" >"$scratch/without.loop"
    sed 's/^+//' "$scratch/beside.loop" >"$scratch/with.loop"
    without=$(course_of_light "$scratch/without.loop") with=$(course_of_light "$scratch/with.loop")
    if [ -n "$with" ] && [ "$with" = "$without" ]; then pass; else fail "$1 moves draws: $without, $with"; fi
}
beside 'another event' <<'END'
step 100 ms
sense light, tone
task {
  trial A 300 ms {
+   tone at 0 s
    light at 100 ms with 0.5
+   tone at 200 ms with 0.5
  }
  phase p = 20 A
}
run 3 agents
record light
END
beside 'an event of the trial that it is like' <<'END'
step 100 ms
sense light, tone
task {
  trial A 300 ms {
    tone at 0 s
+   tone at 200 ms with 0.5
  }
  trial B like A { light at 100 ms with 0.5 }
  phase p = 20 B
}
run 3 agents
record light
END
beside 'a phase of that name for another group' <<'END'
step 100 ms
sense light, tone
task {
  trial A 300 ms { light at 100 ms = uniform(0, 1) }
  trial B 300 ms { light at 200 ms }
+ phase p of two = 20 of shuffle(A, B) with set(tone, 1)
  phase p of one = 20 of shuffle(A, B)
}
group one
group two
run 3 agents
record light of one
END

finish
