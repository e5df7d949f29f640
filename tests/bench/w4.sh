#!/bin/sh
# w4.sh LOOPS STEPS AGENTS: prints the model of many loops: each with 16 channels, 32 context lines that move, and a local
# dopamine signal of its own, which rewards the channel of the hour. All are measured. A choice and its outcome are steps of
# their own, so that what was learned bears upon the very next choice.
loops=$1 steps=$2 agents=$3
cat <<END
model w4
step 50 ms
sense tick
body {
  state even from 1 next 1 - even
  state t from 0 next t + (1 - even)
}
let lines = 7 * ramp(0, 31, 32)
circuit unit(number, t, even, lines) {
  let x = mod(t + 13 * number + lines, 64) / 64
  loop act : choose [16] {
    context x
    bias    0.1 * uniform(0, 1, 16)
    select  greedy when even
    learn   rate 0.004, trace (if even then 0.9 else 1)
  }
  let right = act == mod(number + floor(t / 512), 16)
  dopamine teach -> act = if even then 0 else prev(right) - prev(act.taken)
}
END
l=0
while [ $l -lt "$loops" ]; do
    echo "make l$l = unit(number = $l, t = t, even = even, lines = lines)"
    l=$((l + 1))
done
last="$((steps * 100 - 50)) ms"
from=$((steps > 500 ? steps / 10 - 50 : 0))
cat <<END
task {
  trial all $((steps / 10)) s { tick at 0 s }
  phase run = 1 all
}
run $agents agents
END
l=0
while [ $l -lt "$loops" ]; do
    echo "measure weight$l = mean(l$l.act.weights) at $last in run"
    echo "measure reward$l = l$l.right from $from s to $((steps / 10)) s in run"
    l=$((l + 1))
done
