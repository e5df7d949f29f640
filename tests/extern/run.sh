#!/usr/bin/env bash
# extern/run.sh LOOP: models with libraries of their own, and libraries that are missing, incomplete or hostile.
. "$(dirname "$0")/../lib.sh"
loop=$(realpath "$1")
cc=${CC:-cc}

library() { # NAME, C on standard input
    "$cc" -shared -fPIC -O1 -x c -o "$scratch/$1" - || fail "can't build $1"
}
model() { # NAME LIBRARY FUNCTION
    printf 'step 1 s\nextern "%s" { %s(x) -> y }\nworld { let out = %s(2) }\nsense food = out\nexpect food at 1 s in run >= 0\nrun 3 agents for 3 s\n' "$2" "$3" "$3" >"$scratch/$1.loop"
}
says() { # CODE EXIT TEXT COMMAND...: the command ends with EXIT, a diagnostic of that code and a text
    local code=$1 want=$2 text=$3
    shift 3
    timeout 60 "$@" >"$scratch/out" 2>&1
    local got=$?
    if [ $got -eq "$want" ] && { [ -z "$text" ] || grep -qF -- "$text" "$scratch/out"; } && { [ "$code" = none ] || grep -q "error $code:" "$scratch/out"; }; then
        pass
    else
        fail "$* ended with $got: $(head -c 300 "$scratch/out")"
    fi
}

# ---- a library that does what it should ----
cp examples/extern/maze.loop "$scratch"
library libmaze.so <examples/extern/maze.c
says none 0 '3 expectations hold' "$loop" run --allow-extern "$scratch/maze.loop"
(cd "$scratch" && says none 0 '3 passed, 0 failed' "$loop" test --allow-extern maze.loop && [ "$failed" -eq 0 ]) && pass || fail 'from its own folder'
first=$("$loop" run --json --allow-extern -j 1 "$scratch/maze.loop" | sha256sum)
for lanes in 1 3 20; do
    [ "$("$loop" run --json --allow-extern --lanes $lanes "$scratch/maze.loop" | sha256sum)" = "$first" ] && pass || fail "--lanes $lanes"
done

# A result is still there on the next call, and where the function leaves it alone.
library libkeep.so <<'C'
void add(void *self, const double *x, double *r) { (void)self; r[0] += x[0]; }
void keep(void *self, const double *x, double *r) { (void)self; if (x[0] > 0) r[0] = x[0]; }
C
cat >"$scratch/keep.loop" <<'M'
step 100 ms
extern "libkeep.so" { add(x) -> r; keep(x) -> r }
world { state n from 0 next n + 1; let sum = 10 + add(1); let kept = keep(if mod(n, 3) == 1 then n else 0) * 2 }
run 3 agents for 1 s
expect sum at 500 ms = 16 within 0
expect kept at 300 ms = 2 within 0
expect kept at 500 ms = 8 within 0
M
says none 0 '3 expectations hold' "$loop" run --allow-extern "$scratch/keep.loop"

# Arguments and results of several widths, a state for each agent and place, calls once a step, in a trial let once a trial.
library libsum.so <<'C'
#include <stdint.h>
#include <stdlib.h>
void *sum_new(uint32_t agent, uint64_t seed) { double *s = malloc(2 * sizeof *s); s[0] = agent; s[1] = (double)seed; return s; }
void sum_free(void *self) { free(self); }
void sum(void *self, const double *a, const double *b, double *both, double *count, double *who)
{
    double *s = self;
    for (int i = 0; i < 3; i++)
        both[i] = a[i] + b[0];
    count[0] = s[1]++;
    who[0] = s[0];
}
void now(void *self, double *one) { (void)self; *one = 1; }
C
cat >"$scratch/sum.loop" <<'M'
step 1 s
extern "libsum.so" { sum(a, b) -> both[3], count, who; now() -> one }
sense light
world { let x = sum([1, 2, 3], 10 * light); let y = sum([0, 0, 0], 0) }
sense both[3] = x.both
sense counts[2] = [x.count, y.count]
sense who = x.who
sense drawn
task {
  trial t 4 s { light at 1 s; let z = sum([4, 4, 4], 0); drawn at 0 s for 4 s = z.count + now() }
  between 2 s
  phase p = 3 t
}
run 4 agents seed 5
expect both at 0 s in p = [1, 2, 3] within 0
expect both at light in p = [11, 12, 13] within 0
expect counts at 0 s in p trial 2 = [11, 11] within 0
expect counts at 3 s in p trial 3 = [20, 20] within 0
expect who at 0 s in p = 1.5 within 0
expect drawn at 3 s in p trial 1 = 6 within 0
expect drawn at 3 s in p trial 3 = 8 within 0
M
says none 0 '7 expectations hold' "$loop" run --allow-extern "$scratch/sum.loop"

# ---- nothing is opened unless it is allowed ----
library libmark.so <<C
#include <stdio.h>
__attribute__((constructor)) static void mark(void) { FILE *f = fopen("$scratch/mark", "w"); if (f) fclose(f); }
void f(void *self, const double *x, double *y) { (void)self; *y = *x; }
C
model mark libmark.so f
says none 8 'allow-extern' "$loop" run "$scratch/mark.loop"
says none 1 'allow-extern' "$loop" test "$scratch/mark.loop"
says none 0 '' "$loop" check "$scratch/mark.loop"
for stage in tokens ast model code memory; do says none 0 '' "$loop" dump --$stage "$scratch/mark.loop"; done
[ -e "$scratch/mark" ] && fail 'a library was opened without leave' || pass
says none 0 '1 expectation holds' "$loop" run --allow-extern "$scratch/mark.loop"

# ---- libraries that are not what they should be ----
model missing libnone.so f
says E1102 6 "can't be opened" "$loop" run --allow-extern "$scratch/missing.loop"
# A link may lead to a library beside the model, and no further.
mkdir -p "$scratch/inner" "$scratch/outer"
ln -sf ../libkeep.so "$scratch/inner/libout.so"
ln -sf libkeep.so "$scratch/liblink.so"
ln -sfn ../outer "$scratch/inner/there"
cp "$scratch/libkeep.so" "$scratch/outer/libkeep.so"
model link liblink.so keep
says none 0 '1 expectation holds' "$loop" run --allow-extern "$scratch/link.loop"
model inner/out libout.so keep
says E1102 6 'out of the folder' "$loop" run --allow-extern "$scratch/inner/out.loop"
model inner/there_too there/libkeep.so keep
says E1102 6 'out of the folder' "$loop" run --allow-extern "$scratch/inner/there_too.loop"
head -c 2000 "$scratch/libmark.so" >"$scratch/libcut.so"
model cut libcut.so f
says E1102 6 '' "$loop" run --allow-extern "$scratch/cut.loop"
echo 'no library' >"$scratch/libtext.so"
model text libtext.so f
says E1102 6 "can't be opened" "$loop" run --allow-extern "$scratch/text.loop"
model nofunction libmark.so g
says E1102 6 "has no function 'g'" "$loop" run --allow-extern "$scratch/nofunction.loop"
library libcrash.so <<<'__attribute__((constructor)) static void c(void) { __builtin_trap(); } void f(void) {}'
model crash libcrash.so f
says E1102 6 'crashes (signal 4)' "$loop" run --allow-extern "$scratch/crash.loop"
library libabort.so <<<'#include <stdlib.h>
void f(void *s, const double *x, double *y) { (void)s; (void)x; (void)y; abort(); }'
model abort libabort.so f
says E1102 6 'crashes (signal 6)' "$loop" run --allow-extern "$scratch/abort.loop"
library libexit.so <<<'#include <stdlib.h>
__attribute__((constructor)) static void c(void) { exit(0); } void f(void) {}'
model exit libexit.so f
says E1102 6 "ends the program that calls it" "$loop" run --allow-extern "$scratch/exit.loop"
library libnull.so <<<'void *f_new(void) { return 0; } void f(void) {}'
model null libnull.so f
says E1102 6 'gave no state' "$loop" run --allow-extern "$scratch/null.loop"
library libnan.so <<<'void f(void *s, const double *x, double *y) { (void)s; *y = x[0] > 0 ? 0.0 / 0.0 : 0; }'
model nan libnan.so f
says E0901 4 "became nan" "$loop" run --allow-extern "$scratch/nan.loop"
printf 'step 1 s\nextern "../libmark.so" { f(x) -> y }\nworld { let out = f(2) }\nsense food = out\nrecord food\nrun 3 s\n' >"$scratch/out.loop"
says E1101 3 'outside the folder' "$loop" run --allow-extern "$scratch/out.loop"

library libquits.so <<<'#include <stdlib.h>
static int n; void f(void *s, const double *x, double *y) { (void)s; if (++n > 3) exit(0); *y = *x; }'
model quits libquits.so f
says none 4 'has ended the program' "$loop" run --allow-extern "$scratch/quits.loop"
says none 4 'has ended the program' "$loop" test --allow-extern "$scratch/quits.loop"

# ---- the arithmetic stays ours: no small number becomes 0, and none is rounded another way ----
"$cc" -shared -fPIC -O1 -ffast-math -x c -o "$scratch/libfast.so" - <<<'#include <fenv.h>
void f(void *s, const double *x, double *y) { (void)s; fesetround(FE_UPWARD); *y = *x; }' || fail 'libfast.so'
cat >"$scratch/fast.loop" <<'M'
step 1 s
extern "libfast.so" { f(x) -> y }
world { let one = f(1); state t from 2.5e-308 next t / 4; state third from 0 next one / 3 }
run 3 agents for 5 s
expect t at 3 s = 3.90625e-310 within 1e-320
expect third at 3 s == 0.3333333333333333
M
says none 0 '2 expectations hold' "$loop" run --allow-extern "$scratch/fast.loop"

finish
