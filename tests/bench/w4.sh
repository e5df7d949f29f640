#!/bin/sh
# w4.sh LOOPS STEPS AGENTS: prints the model of many loops: each with 16 channels, 32 context lines that move, and a local
# dopamine signal of its own, which rewards the channel of the hour.
loops=$1 steps=$2 agents=$3
cat <<END
model w4
step 100 ms
sense tick
body { state t from 0 next t + 1 }
let lines = 7 * ramp(0, 31, 32)
circuit unit(number, t, lines) {
  let x = mod(t + 13 * number + lines, 64) / 64
  loop act : choose [16] {
    context x
    bias    0.1 * uniform(0, 1, 16)
    select  greedy
    learn   rate 0.004, trace 0.9
  }
  let right = act == mod(number + floor(t / 512), 16)
  dopamine teach -> act = prev(right) - prev(act.taken)
}
END
l=0
while [ $l -lt "$loops" ]; do
    echo "make l$l = unit(number = $l, t = t, lines = lines)"
    l=$((l + 1))
done
cat <<END
task {
  trial all $((steps / 10)) s { tick at 0 s }
  phase run = 1 all
}
run $agents agents
measure weight = mean(l0.act.weights) at $((steps / 10 - 1)) s in run
measure reward = l0.right from $((steps / 10 - 50)) s to $((steps / 10)) s in run
END
