#!/usr/bin/env bash
# limit/run.sh LOOP LOOP-FAIL: hostile files, full disks, closed pipes, signals, and memory that runs out.
# Every case names the exit code that it wants and a piece of what has to be said.
. "$(dirname "$0")/../lib.sh"
loop=$1
fail=$2

# want NAME CODE TEXT COMMAND...: the command ends with CODE and says TEXT on stderr or stdout.
want() {
    local name=$1 code=$2 text=$3
    shift 3
    timeout 20 "$@" >"$scratch/out" 2>&1
    local got=$?
    if [ "$got" -ne "$code" ]; then
        fail "$name: exit code $got, not $code: $(head -c 300 "$scratch/out")"
    elif [ -n "$text" ] && ! grep -qF -- "$text" "$scratch/out"; then
        fail "$name: does not say '$text': $(head -c 300 "$scratch/out")"
    else
        pass
    fi
}

many() { awk -v n="$1" -v s="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s", s }'; }
# A model around one expression.
model() { printf 'model m\nstep 1 s\nsense a\nlet x = '; cat; printf '\nrecord x\nrun 3 s\n'; }
file() { cat >"$scratch/$1.loop"; }
check() { want "$1" "$2" "$3" "$loop" check "$scratch/$1.loop"; }

# ---- bytes ----
printf 'model m\0\n' | file nul; check nul 3 E0003
printf 'model m # \xff\n' | file utf8; check utf8 3 E0004
printf 'model m # \xc0\xaf\n' | file overlong; check overlong 3 E0004
printf 'model m # \xed\xa0\x80\n' | file surrogate; check surrogate 3 E0004
printf 'model m\rstep 1 s\n' | file cr; check cr 3 E0005
printf 'model m # \xe2\x80\xae\n' | file bidi; check bidi 3 E0006
printf '\xef\xbb\xbfmodel m\nstep 1 s\nrun 3 s\n' | file bom; check bom 0 ''
printf 'model m\r\nstep 1 s\r\nrun 3 s\r\n' | file crlf; check crlf 0 ''
printf 'model m\nstep 1 s\nrun 3 s' | file lastline; check lastline 0 ''
: | file empty; check empty 3 E0507
# What is shown of them neither turns nor colours the text around.
want bidi_shown 3 '#' "$loop" check "$scratch/bidi.loop"
LC_ALL=C grep -q $'\xe2\x80\xae' "$scratch/out" && fail 'E0006 turns its own text' || pass
want utf8_shown 3 '\xff' "$loop" check "$scratch/utf8.loop"
cp examples/schultz.loop "$scratch/"$'red\e[31m.loop'
want name_shown 0 'red\x1b[31m.loop: 4 of 4' "$loop" test "$scratch/"$'red\e[31m.loop'
# ---- depth, chains, sizes ----
{ many 300 '(1 + '; printf a; many 300 ')'; } | model | file parens; check parens 3 E0007
{ many 1000000 '('; } | model | file million; check million 3 E0007
{ many 100000 '-'; printf a; } | model | file minus; check minus 3 E0007
{ many 100000 'not '; printf a; } | model | file nots; check nots 3 E0007
{ many 100000 'if a then a else '; printf a; } | model | file elses; check elses 3 E0007
{ many 3000 'a^'; printf a; } | model | file powers; check powers 3 E0007
{ many 100000 '['; } | model | file lists; check lists 3 E0007
{ many 100000 'body { '; } | file blocks; check blocks 3 E0
{ many 9990 'a + '; printf a; } | model | file sum; want sum 0 '' "$loop" run -q "$scratch/sum.loop"
{ many 20000 'a + '; printf a; } | model | file longsum; check longsum 3 E0010
{ many 9990 'a, ' | sed 's/, $//' | sed 's/^/[/; s/$/]/'; } | model | file list; check list 0 ''
{ printf 'model m\nstep 1 s\nsense a\nlet x0 = a\n'
  for i in $(seq 1 3000); do echo "let x$i = x$((i - 1)) + 1"; done; printf 'record x3000\nrun 3 s\n'; } | file chain
want chain 0 '' "$loop" run -q "$scratch/chain.loop"
{ printf 'model m\nstep 1 s\nsense a\n'
  for i in $(seq 3000 -1 1); do echo "let x$i = x$((i - 1)) + 1"; done; printf 'let x0 = a\nrecord x3000\nrun 3 s\n'; } | file backwards
check backwards 3 E0008
{ printf 'model m\nstep 1 s\nfn f0(x) = x + x\n'
  for i in $(seq 1 40); do echo "fn f$i(x) = f$((i - 1))(x) + f$((i - 1))(x)"; done; printf 'sense a\nlet y = f40(a)\nrecord y\nrun 3 s\n'; } | file bomb
check bomb 3 E0009
{ printf 'model m\nstep 1 s\nsense '; many 300 x; printf '\nrun 3 s\n'; } | file longname; check longname 3 E0105
{ printf '1'; many 100 0; } | model | file longnumber; check longnumber 3 E0104
printf '1e999' | model | file huge; check huge 3 E0104
printf '5e-324' | model | file tiny; check tiny 0 ''
printf 'model m\nstep 1 s\nsense v[100000000]\nrecord v\nrun 3 s\n' | file wide; check wide 3 E0408
printf 'model m\nstep 1 s\nsense v[1000000]\nlet h = outer(v, v)\nrecord h\nrun 3 s\n' | file outer; check outer 3 E0403
printf 'model m\nstep 1 s\nsense v[1000000]\nlet h = history(v, 10 s)\nrecord mean(h)\nrun 3 s\nrun 1000 agents\n' | file runs; check runs 3 E0608
printf 'model m\nstep 1 s\nsense v[1000000]\nlet h = history(v, 10 s)\nmeasure h1 = mean(h)\nrun 100000 agents for 3 s\n' | file memory
want memory 5 'memory' "$loop" run "$scratch/memory.loop"
want goeson 5 'schultz.loop: 4 of 4' "$loop" test "$scratch/memory.loop" examples/schultz.loop
# `last N` keeps N values only where until may end the phase
printf 'step 100 ms\nlet x = bernoulli(fill(0.5, 1000))\ntask { trial a 100 ms { }\nphase p = 300000 a }\nrun 100 agents\nexpect x at 0 s in p last 200000 = 0.5 within 0.1\n' | file last
"$loop" dump --memory "$scratch/last.loop" | awk '/^in all/ { exit !($3 < 1e7) }' && pass || fail 'memory of last N'
printf 'step 1 ms\nsense a\ntask {\n  trial t 1000 s { a at 1 s }\n  phase p = 1 t\n}\ngroup x\ngroup y\nrecord a\n' | file courses
"$loop" dump --memory -j 1 "$scratch/courses.loop" | awk '/^courses/ { exit $2 != 2 * 2e6 * 8 + 8e6 }' && pass || fail 'memory of courses'
sed 's/1000 s/2000000 s/' "$scratch/courses.loop" | file toolong
want toolong 5 'more memory' "$loop" run "$scratch/toolong.loop"
{ head -c 17000000 /dev/zero | tr '\0' ' '; } | file big; check big 3 E0002
{ printf '# '; head -c 15000000 /dev/zero | tr '\0' 'x'; printf '\nmodel m\nstep 1 s\nrun 3 s\n'; } | file longline
want longline 0 '' timeout 5 "$loop" check "$scratch/longline.loop"
(ulimit -s 512; want stack 3 E0007 "$loop" check "$scratch/million.loop"; [ "$failed" -eq 0 ]) && pass || fail stack
{ printf 'step 1 s\nfn f0(x) = x + 1\n'; for i in $(seq 1 480); do echo "fn f$i(x) = f$((i - 1))(x) + 1"; done; printf 'let y = f480(1)\nrecord y\nrun 3 s\n'; } | file deep
(ulimit -s 64; want levels 0 '' "$loop" check "$scratch/deep.loop"; [ "$failed" -eq 0 ]) && pass || fail levels
# a signal that is its own sum 60 times over: each term is looked at once
{ printf 'step 100 ms\nsense go, juice\nfn f(a) = a + a\nloop act : choose [a, b] { context 1; select softmax(1) when go; learn rate 0.1 }\ndopamine D -> act = '
  many 60 'f('; printf juice; many 60 ')'; printf '\ntask { trial t 1 s { go at 0 s; juice at 500 ms }; phase p = 2 t }\n'; } | file doubled
want doubled 0 '' timeout 5 "$loop" check "$scratch/doubled.loop"
# a bound of a measure that is its own double 40 times over
{ printf 'step 100 ms\nlet x = bernoulli(0.5)\nrun 1 s\nmeasure m0 = mean(x)\n'; awk 'BEGIN { for (i = 1; i <= 40; i++) printf "measure m%d = m%d + m%d\n", i, i - 1, i - 1 }'; printf 'expect m40 > 1\n'; } | file redoubled
want redoubled 0 '' timeout 5 "$loop" check "$scratch/redoubled.loop"
printf 'step 100 ms\nsense x[4000]\nrun 10 s\nplot x\n' | file wide
want wide 0 'x[3999]' timeout 5 "$loop" run "$scratch/wide.loop"
printf 'step 100 ms\nsense light\nlet y = delay(light, 8000 h)\nrun 1 s\nrecord y\n' | file delay; check delay 3 E0502
printf 'step 100 ms\nsense x\ntask {\n  trial a 1 s { }\n  trial b 1 s { }\n  phase p = 5 of cycle(' >"$scratch/cycle.loop"
{ many 4294 '1000000 a, '; printf '967296 b)\n}\nexpect x at 0 s in p >= 0\n'; } >>"$scratch/cycle.loop"; check cycle 3 E0408
# ---- files and streams ----
want missing 6 "can't read" "$loop" run "$scratch/none.loop"
want folder 6 "can't read" "$loop" run "$scratch"
mkfifo "$scratch/fifo.loop"
want fifo 6 "can't read" timeout 5 "$loop" run "$scratch/fifo.loop"
want full 6 "can't write" bash -c "$loop run examples/schultz.loop >/dev/full"
want closed 6 "can't write" bash -c "$loop run examples/schultz.loop >&-"
want quiet 0 '' bash -c "$loop run -q examples/schultz.loop >&-"
want pipe 6 '' bash -c "{ sleep 0.2; $loop catalog --markdown; } | true; exit \${PIPESTATUS[0]}"
want standard 0 '4 expectations hold' bash -c "$loop run - <examples/schultz.loop"
want readonly 6 "can't write" "$loop" run -o /proc/none examples/schultz.loop
# said before the run, not behind it
[ -z "$("$loop" run -o "$scratch/none/out" examples/schultz.loop 2>/dev/null)" ] && pass || fail 'a run for a folder that is not there'
if mkdir "$scratch/small" && mount -t tmpfs -o size=8k tmpfs "$scratch/small" 2>/dev/null; then
    want disk 6 "can't write" "$loop" run -o "$scratch/small/out" examples/schultz.loop
    [ -z "$(find "$scratch/small" -type f)" ] && pass || fail 'a full disk leaves files behind'
    umount "$scratch/small"
fi
want output 0 '' "$loop" run -q -o "$scratch/out1" examples/schultz.loop
[ "$(ls -A "$scratch/out1" | tr '\n' ' ')" = 'measures.csv run.json traces.csv ' ] && pass || fail 'files of -o'
want each 1 'FAILS' "$loop" run -q --each-agent -o "$scratch/each" tests/report/pooled.loop
# the mean over agents.csv, by name, is what measures.csv says
cut_means() { awk -F, -v group="$2" 'NR > 1 { sum[$1] += $(group); n[$1]++ } END { for (name in sum) printf "%s %.9f\n", name, sum[name] / n[name] }' "$1" | sort; }
[ "$(wc -l <"$scratch/each/agents.csv")" -eq 105 ] && [ "$(cut_means "$scratch/each/agents.csv" 7)" = "$(cut_means "$scratch/each/measures.csv" 5)" ] && pass || fail 'agents.csv'
# however many agents there are, the same rows are of groups together
for agents in 2 8 50; do
    "$loop" run --agents $agents tests/report/pooled.loop | grep -c 'groups together' >>"$scratch/together"
done
[ "$(tr '\n' ' ' <"$scratch/together")" = '3 3 3 ' ] && pass || fail 'groups together'
# without it what another run left there goes; and a folder in the way of one file keeps all of them as they were
want other 1 'FAILS' "$loop" run -q -o "$scratch/each" tests/report/pooled.loop
[ "$(ls -A "$scratch/each" | tr '\n' ' ')" = 'measures.csv run.json traces.csv ' ] && pass || fail 'an old agents.csv'
rm "$scratch/each/run.json" && mkdir "$scratch/each/run.json" && cp "$scratch/each/measures.csv" "$scratch/before"
want inway 6 "can't write" "$loop" run -q --seed 9 -o "$scratch/each" tests/report/pooled.loop
cmp -s "$scratch/each/measures.csv" "$scratch/before" && pass || fail 'half of the files'
# but not where another kind of run would have put one
mkdir -p "$scratch/asked/agents.csv" && touch "$scratch/asked/run.json"
want asked 0 '' "$loop" run -q -o "$scratch/asked" examples/schultz.loop
want asking 6 'Is a directory' "$loop" run -q --each-agent -o "$scratch/asked" examples/schultz.loop
want longname 6 'too long' "$loop" run "$(many 1500 a)"
printf 'step 1 ms\nsense light\ntask {\n  trial t 16778 s { light at 16777217 ms }\n  phase p = 1 t\n}\nexpect light >= 0\n' | file long_single
want long_single 2 'single precision can count' "$loop" run --precision single "$scratch/long_single.loop"
want words 2 'one word too many' "$loop" version x
want helpwords 2 'one word too many' "$loop" help run test
want swallowed 2 "taken for the folder of -o" "$loop" run -o examples/schultz.loop
want letters 2 "no option '-x'" "$loop" run -xq examples/schultz.loop
printf '## doc \033[31m\nmodel m\nsource "doi:x\033[31m"\nstep 100 ms\nlet x = bernoulli(0.5)\nrun 1 s\nexpect "\302\23331m" x >= 5\n' | file control
{ "$loop" test --markdown "$scratch/control.loop"; "$loop" run "$scratch/control.loop"; } >"$scratch/out" 2>&1
grep -q $'\033\|\302\233' "$scratch/out" && fail 'control characters' || pass
grep -qF 'doi:x\x1b[31m' "$scratch/out" && grep -qF '\x9b31m' "$scratch/out" && pass || fail 'escapes of control characters'
want nofolder 2 'needs -o DIR' "$loop" run --each-agent examples/schultz.loop
# ---- usage ----
printf 'step 100 ms\nparam g = 1\nparam d = 1 s\nlet x = g + d / (1 s)\nrun 1 s\nrecord x\n' | file settings
want nothing 2 'Commands:' "$loop"
want command 2 "Did you mean 'loop run'?" "$loop" rum examples/schultz.loop
want option 2 "Did you mean '--agents'?" "$loop" run --agent5 5 examples/schultz.loop
want synonym 2 "Did you mean '--jobs'?" "$loop" run --threads 2 examples/schultz.loop
want plain 2 "'loop run examples/schultz.loop' runs it." "$loop" examples/schultz.loop
want novalue 2 "'--quiet' takes no value" "$loop" run --quiet=1 examples/schultz.loop
want modes 2 'it is --code or --ast, not both' "$loop" dump --code --ast examples/schultz.loop
want several 2 "'--s' may be --seed or --split" "$loop" run --s 5 examples/schultz.loop
want malformed 3 'g=1e is not a number' "$loop" check -p g=1e "$scratch/settings.loop"
want whole_steps 0 '' "$loop" check -p d=0.58s "$scratch/settings.loop" # of 100 ms it is none, but d is no more than divided
printf 'step 10 ms\nsense q\nconst d = 1 s\nlet late = delay(q, d)\nrecord late\nrun 1 s\n' | file delays
want rounded 0 '' "$loop" check -p d=0.58s "$scratch/delays.loop"
want not_whole 3 E0501 "$loop" check -p d=0.585s "$scratch/delays.loop"
want large 3 'd=1e400ms is out of range' "$loop" check -p d=1e400ms "$scratch/settings.loop"
want scaled 3 'd=1e308h is out of range' "$loop" check -p d=1e308h "$scratch/settings.loop"
printf 'step 100 ms\nconst c = 1\nconst d = 1 s\nparam g = 1\nlet x = g + c + d / (1 s)\nrun 1 s\nrecord x\n' | file given
want given 0 'with g = 4, c = 3, d = 2s' "$loop" run -p c=2 -p g=4 -p c=3 -p d=2s "$scratch/given.loop"
want given_json 0 '"parameters":[{"name":"g","value":4,"unit":"1"},{"name":"c","value":3,"unit":"1"}]' "$loop" run --json -p c=2 -p g=4 -p c=3 "$scratch/given.loop"
want number 2 'whole number' "$loop" run --agents 1e3 examples/schultz.loop
want value 2 'needs a value' "$loop" run examples/schultz.loop --seed
want setting 3 E0211 "$loop" run -p nothing=1 examples/schultz.loop
want params 3 'The params are alpha.' "$loop" check -p nothing=1 tests/diag/W0002_param.loop
want seed 3 'an option of its own: --seed N' "$loop" check -p seed=3 examples/schultz.loop
printf 'step 1 s\nbody { state hunger from 1 next hunger }\nparam k = 1\ngroup a\ngroup b { k = 2 }\nrecord hunger * k\nrun 3 s\n' | file states
want state_of_group 3 "'hunger' is a state" "$loop" check -p a.hunger=1 "$scratch/states.loop"
printf 'step 1 s\nparam k = 1 in [0, 9]\nlet x = k\ngroup a\ngroup b { k = 2 }\nrun 1 s\nmeasure m = x at 0 s in run of a\nmeasure n = x at 0 s in run of b\nexpect n - m = 2 within 0\n' | file groups
want ofgroups 0 '1 expectation holds' "$loop" run -p k=3 -p b.k=5 "$scratch/groups.loop"
want ofshare 0 '1 expectation holds' "$loop" run -p k=50% -p b.k=250% "$scratch/groups.loop"
want ofonegroup 0 '1 expectation holds' "$loop" run -p a.k=0 "$scratch/groups.loop"
want oflast 0 '1 expectation holds' "$loop" run -p b.k=50 -p b.k=3 "$scratch/groups.loop"
want ofnear 3 "Did you mean 'b.k'?" "$loop" run -p bb.k=3 "$scratch/groups.loop"
want ofgroupsrange 3 E0208 "$loop" run -p b.k=10 "$scratch/groups.loop"
want ofnogroup 3 E0211 "$loop" run -p c.k=1 "$scratch/groups.loop"
want otherword 3 "the groups are" "$loop" run -p control.k=1 "$scratch/groups.loop"
want codes 0 'E0201' "$loop" explain e201
want nocode 2 'no diagnostic' "$loop" explain E9999
printf 'model m\nstep 100 ms\nparam alpha = 0.3 in [0, 0.3]\nlet x = alpha\nrun 1 s\nexpect x = 0.3 within 1e-6\n' | file edge
want edge 0 '1 expectation holds' "$loop" run --precision single "$scratch/edge.loop"
printf 'step 100 ms\nsense go\nloop act : choose [a, b] { context 1; bias [0, 1e160]; select softmax(0.1) when go; learn rate 0.1 }\ndopamine D -> act = go\ntask { trial t 500 ms { go at 100 ms }; phase p = 3 t }\n' | file wide_bias
want wide_bias 0 '' "$loop" run -q "$scratch/wide_bias.loop" # as a double it is a number
want wide_bias_single 3 E0901 "$loop" run -q --precision single "$scratch/wide_bias.loop"
# 1901 shares of 24 bits sum up to 0.999975: what is drawn above that takes the last channel, about 5 times in 200,000
printf 'step 100 ms\nsense go\nloop act : choose [1901] { context 1; select epsilon(1) when go }\ntask { trial t 200 ms { go at 0 s }\n phase p = 200 t }\nrun 1000 agents\nexpect act.chose at 0 s in p = 1 within 0\nexpect (act == 1900) at 0 s in p < 0.001\n' | file shares
want shares 0 '2 expectations hold' "$loop" run --precision single "$scratch/shares.loop"
want beyond 3 E0208 "$loop" run --precision single -p alpha=0.3001 "$scratch/edge.loop"
# 100 million normal numbers of 24 bits: none beyond 5.5, where the least of them would stand alone
printf 'step 1 ms\nlet z = normal(0, 1, 500)\ntask {\n  trial t 2 s { }\n  phase p = 1 t\n}\nrun 100 agents\nmeasure m = peak(largest(max(z, -z)))\nexpect m > 4.5\nexpect m < 5.5 for 100%% of agents\n' | file tails
want tails 0 '2 expectations hold' "$loop" run --precision single "$scratch/tails.loop"
(ulimit -f 1; want no_growth 6 'File too large' "$loop" run -q -o "$scratch/grown" examples/schultz.loop; [ "$failed" -eq 0 ]) && pass || fail no_growth
compgen -G "$scratch/grown/.*.csv*" >/dev/null && fail 'no_growth leaves a file behind' || pass
# ---- what a run says at its end, however it is run ----
for model in agents late alike choice; do
    "$loop" run -q "tests/diag/W0030_$model.loop" 2>"$scratch/said" >"$scratch/out"
    for options in '--lanes 1' '--lanes 2' '--lanes 64' '--split none' '--split parts' '--split lanes' '-j 1' '-j 3' '--engine base' '--precision single'; do
        # shellcheck disable=SC2086
        "$loop" run -q $options "tests/diag/W0030_$model.loop" 2>"$scratch/also" >"$scratch/out"
        cmp -s "$scratch/said" "$scratch/also" && pass || fail "W0030_$model says something else with $options"
    done
done
# ---- environment ----
wanted=$("$loop" run examples/schultz.loop | sha256sum)
for locale in C de_DE.UTF-8 tr_TR.UTF-8; do
    [ $locale = C ] || localedef -i ${locale%.*} -f UTF-8 "$scratch/$locale" || fail "can't make the locale $locale"
    got=$(LOCPATH=$scratch LC_ALL=$locale "$loop" run examples/schultz.loop | sha256sum)
    [ "$got" = "$wanted" ] && pass || fail "locale $locale"
done
"$loop" run examples/schultz.loop | grep -q $'\033' && fail 'colour in a pipe' || pass
# ---- signals ----
printf 'model m\nstep 1 ms\nsense a\nlet x = trace(normal(a, 1), 5 ms)\nmeasure y = mean(x)\nrun 1000 agents for 10000 s\n' | file long
for signal in INT TERM; do
    env --default-signal=INT "$loop" run "$scratch/long.loop" >"$scratch/out" 2>&1 & # a job of a script ignores SIGINT
    pid=$!
    sleep 0.3
    kill -$signal $pid
    wait $pid 2>/dev/null
    got=$?
    { [ $got -eq 130 ] || [ $got -eq 143 ]; } && grep -q interrupted "$scratch/out" && pass || fail "SIG$signal: exit code $got"
done
# between short models, too
short=$(for i in {1..2000}; do echo examples/schultz.loop; done)
# shellcheck disable=SC2086 # words
env --default-signal=INT "$loop" test -q $short >"$scratch/out" 2>&1 &
pid=$!
sleep 0.3
kill -INT $pid
wait $pid 2>/dev/null
[ $? -eq 130 ] && grep -q interrupted "$scratch/out" && pass || fail 'SIGINT between models'
# ---- memory that runs out: at allocation 1, 2, 3 ... of each command; ALLOC_STRIDE skips some where runs are slow ----
alloc() { # ARGUMENTS...: of the command
    local said
    if said=$("$fail" "${ALLOC_STRIDE:-1}" "$@"); then pass; else fail "$*: $(head -n 20 <<<"$said")"; fi
}
export ASAN_OPTIONS=detect_leaks=0 # it counts for itself
alloc run -j 2 --agents 3 examples/schultz.loop
alloc run -j 1 --agents 3 --json -o "$scratch/out2" examples/schultz.loop
alloc run -j 1 --agents 3 --each-agent -o "$scratch/out3" tests/report/pooled.loop
printf 'step 1 s\nsense v[1000]\nlet h = history(v, 200 s)\nlet r = ramp(0, 1, 200000)\nrun 2 s\nrecord mean(h), mean(r)\n' | file pages # of the system's own
alloc run -j 1 "$scratch/pages.loop"
alloc run -j 2 --split parts --agents 2 tests/run/parts/watched.loop
alloc run -j 2 --split lanes --agents 2 tests/run/parts/watched.loop
alloc check examples/schultz.loop
alloc test -j 1 --agents 3 "$scratch/pages.loop"
for mode in tokens ast model code memory; do
    alloc dump --$mode examples/schultz.loop
done
alloc explain E0201
alloc catalog --markdown
for model in tests/run/choice/actor_critic.loop tests/run/language/groups.loop tests/diag/E0301.loop tests/diag/E0901.loop \
    tests/use/nested/main.loop tests/use/closed/main.loop tests/use/missing_near/main.loop tests/run/circuits/go_nogo.loop; do
    alloc run -j 1 --agents 2 "$model"
done
finish
