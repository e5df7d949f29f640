#!/usr/bin/env python3
"""Measures Loop, beside reference programs in C where there are some.

run.py [--build DIR] [--reference DIR] [--rounds N] [--quick] [--markdown] [--only PART,...]

Each run is a whole process, from text to report; what it took is what the operating system says of that process. The two
sides take turns. Speed is never asserted, but every figure is held to the numbers that its workload must come to; a
figure whose numbers are wrong is worth nothing, and makes the exit code 1."""
import argparse
import collections
import json
import os
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PARTS = ("w1", "w2", "w3a", "w3b", "w4", "start", "growth", "instructions")
REFERENCE_FLAGS = "-O3 -march=native -fopenmp -fno-math-errno -fno-trapping-math".split()
SINGLE = ("--precision", "single")

Run = collections.namedtuple("Run", "wall cpu peak out")  # seconds, seconds, KiB, text
Side = collections.namedtuple("Side", "label command threads")
# `wanted` by name: (value, tolerance).
Workload = collections.namedtuple("Workload", "part name work unit sides wanted")


class Bench:
    def __init__(self, options):
        self.options = options
        self.build = os.path.abspath(options.build)
        self.dir = os.path.join(self.build, "bench")
        self.loop = os.path.join(self.build, "loop")
        self.failed = self.checked = 0
        said = subprocess.run([self.loop, "help", "run"], stdout=subprocess.PIPE, text=True, check=True).stdout
        self.single = "--precision" in said
        os.makedirs(self.dir, exist_ok=True)
        self.launcher = self.compile(os.path.join(HERE, "measure.c"), "measure", ["-O2"])
        self.reference = {}
        if options.reference:
            for name in ("w1", "w2", "w3", "w4"):
                source = os.path.join(options.reference, name + ".c")
                self.reference[name] = self.compile(source, name, REFERENCE_FLAGS)

    def compile(self, source, name, flags):
        out = os.path.join(self.dir, name)
        subprocess.run(["gcc", *flags, source, "-o", out, "-lm"], check=True)
        return out

    def run(self, command):
        note = os.path.join(self.dir, "note")
        done = subprocess.run([self.launcher, note, *command], stdout=subprocess.PIPE, text=True, check=True)
        with open(note) as file:
            wall, user, system, peak, code = file.read().split()
        if code != "0":
            sys.exit(f"bench: exit code {code} from {' '.join(command)}")
        return Run(float(wall), float(user) + float(system), int(peak), done.stdout)

    def model(self, name, *words):
        """The path of a model of many loops."""
        path = os.path.join(self.dir, f"{name}.loop")
        with open(path, "w") as file:
            subprocess.run(["sh", os.path.join(HERE, "w4.sh"), *map(str, words)], stdout=file, check=True)
        return path

    def ours(self, path, jobs=1, *more):
        return [self.loop, "run", "--json", "-j", str(jobs), *more, path]

    def sides(self, path, program, threads, references):
        """Ours, then each reference; both with one thread, then with each further number of them."""
        sides = [Side("loop", self.ours(path, n), n) for n in (1, *threads)]
        if self.single:
            sides += [Side("loop, single", self.ours(path, n, *SINGLE), n) for n in (1, *threads)]
        for label, words in references:
            for n in (1, *threads):
                if program in self.reference:
                    sides.append(Side(label, [self.reference[program], *words.split(), f"threads={n}"], n))
        return sides

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def hold(self, name, side, wanted, found):
        for what, (value, tolerance) in wanted.items():
            if what not in found:
                continue
            self.checked += 1
            if not abs(found[what] - value) <= tolerance:
                self.failed += 1
                self.say(f"*** WRONG NUMBERS: {name}, {side}: {what} is {found[what]:g}, "
                         f"not {value:g} within {tolerance:g}")

    def table(self, title, head, rows):
        print(as_markdown(title, head, rows) if self.options.markdown else as_text(title, head, rows), flush=True)


# ---- what is run ----

def bench_file(name):
    return os.path.join(HERE, name)


def w1(bench):
    references = [("C, lanes", "mode=0"), ("C, one-hot used", "mode=1"), ("C, plain", "mode=2")]
    sides = bench.sides(bench_file("w1.loop"), "w1", (2,), references)
    wanted = {"sum_w": (14981.03, 150), "mean_w0": (0.61376, 0.006), "mean_w19": (0.90238, 0.012)}
    return [Workload("w1", "W1 conditioning", 1000 * 500 * 50, "agent-steps", sides, wanted)]


def w2(bench):
    sides = bench.sides(bench_file("w2.loop"), "w2", (2,), [("C, lanes", "mode=0"), ("C, plain", "mode=1")])
    wanted = {"reward_last100": (0.596698, 0.003), "best_last100": (0.692292, 0.010),
              "mean_V": (0.599271, 0.004), "mean_H9": (3.418127, 0.04)}
    return [Workload("w2", "W2 bandits", 10000 * 1000, "agent-steps", sides, wanted)]


def w3(bench, part, references, wanted):
    references = [(label, words + " steps=100") for label, words in references]
    sides = bench.sides(bench_file(part + ".loop"), "w3", (), references)
    return [Workload(part, f"{part.upper()} one big loop", 200000 * 512 * 100, "synapses", sides, wanted)]


def w3a(bench):
    # Rewards of the last half: more than one of two. The draws differ, so the weights are held to half a percent.
    return w3(bench, "w3a", [("C", "variant=0")], {"sum_w": (1024052.7, 5120), "reward_last50": (0.75, 0.25)})


def w3b(bench):
    return w3(bench, "w3b", [("C, one pass", "variant=1"), ("C, factored", "variant=3")], {"sum_w": (1027035.6, 5135)})


# Loops, steps, agents; then mean weight and rewards at the end, with their tolerances.
W4 = [
    (1000, 500, 1, {"mean_w": (0.0065894, 0.0003), "reward_last500": (0.926846, 0.01)}),
    (1000, 50, 64, {"mean_w": (0.0059196, 0.0003), "reward_last500": (0.496730, 0.01)}),
]
W4_LONG = [
    (1000, 10000, 1, {"mean_w": (-0.0745781, 0.002), "reward_last500": (0.257462, 0.02)}),
    (1000, 200, 64, {"mean_w": (0.0079602, 0.0003), "reward_last500": (0.840202, 0.01)}),
]


def w4_one(bench, loops, steps, agents, wanted):
    references = [(label, f"mode={mode} loops={loops} steps={steps} agents={agents}")
                  for label, mode in (("C, lockstep", 0), ("C, blocked", 1))]
    model = bench.model(f"w4-{loops}-{steps}-{agents}", loops, steps, agents)
    sides = bench.sides(model, "w4", (2,), references)
    return Workload("w4", f"W4 {agents} x {loops} loops", loops * steps * agents * 512, "synapses", sides, wanted)


def w4(bench):
    return [w4_one(bench, *size) for size in (W4 if bench.options.quick else W4_LONG)]


# ---- numbers ----

def measures(out):
    """What a run measured, by the names and in the units of the references."""
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    found = {line["name"]: line["mean"][0] for line in lines if line["kind"] == "measure"}
    return found, next(line for line in lines if line["kind"] == "run")


def ours_checked(part, out):
    found, head = measures(out)
    if part == "w1":
        return {"sum_w": found["sum_w"] * head["agents"], "mean_w0": found["w0"], "mean_w19": found["w19"]}
    if part == "w2":
        return {"reward_last100": found["reward"], "best_last100": found["best"],
                "mean_V": found["value"], "mean_H9": found["h9"]}
    if part in ("w3a", "w3b"):  # the sum over 100 neurons, a mean over channels
        return {"sum_w": found["mean_w"] / 100 * 200000 * 512, "reward_last50": found["reward"]}
    return {"mean_w": mean_of(found, "weight"), "reward_last500": mean_of(found, "reward")}


def mean_of(found, name):
    """The mean of a measure over all loops."""
    return statistics.fmean(value for key, value in found.items() if key.startswith(name))


def is_ours(side):
    return side.label.startswith("loop")


def check(bench, workload, side, run):
    found = ours_checked(workload.part, run.out) if is_ours(side) else json.loads(run.out)["check"]
    bench.hold(workload.name, side.label, workload.wanted, found)


# ---- timing ----

def median(values):
    return statistics.median(values)


def measure(bench, workload):
    runs = [[] for _ in workload.sides]
    for number in range(bench.options.rounds):
        bench.say(f"{workload.name}: round {number + 1}")
        for i, side in enumerate(workload.sides):
            run = bench.run(side.command)
            runs[i].append(run)
            if number == 0:
                check(bench, workload, side, run)
    return runs


def ratio(mine, theirs, what):
    """Ours by the reference, of runs of the same round: what slowed a round down slowed both."""
    return median(getattr(a, what) / getattr(b, what) for a, b in zip(mine, theirs))


def by_reference(mine, theirs, what):
    return f"{ratio(mine, theirs, what):.2f}" if mine else ""


def timing_rows(workload, runs):
    own = {(side.label, side.threads): runs[i] for i, side in enumerate(workload.sides) if is_ours(side)}
    rows = []
    for side, took in zip(workload.sides, runs):
        wall = median(r.wall for r in took)
        ratios = [by_reference(own.get((label, side.threads)), took, what) if not is_ours(side) else ""
                  for label, what in (("loop", "wall"), ("loop", "cpu"), ("loop, single", "cpu"))]
        rows.append([workload.name, side.label, side.threads, f"{wall:.3f}", f"{median(r.cpu for r in took):.3f}", *ratios,
                     f"{workload.work / wall:.2e} {workload.unit}/s", f"{median(r.peak for r in took) / 1024:.1f}"])
    return rows


def thread_rows(workload, runs):
    """How many times faster two threads are than one."""
    by = {(side.label, side.threads): took for side, took in zip(workload.sides, runs)}
    return [[workload.name, label, f"{ratio(took, by[label, 2], 'wall'):.2f}", f"{ratio(by[label, 2], took, 'cpu'):.2f}"]
            for (label, threads), took in by.items() if threads == 1 and (label, 2) in by]


def workloads(bench, parts):
    makers = {"w1": w1, "w2": w2, "w3a": w3a, "w3b": w3b, "w4": w4}
    rows, threads = [], []
    for part in parts:
        for workload in makers[part](bench) if part in makers else ():
            runs = measure(bench, workload)
            rows += timing_rows(workload, runs)
            threads += thread_rows(workload, runs)
    if rows:
        head = ["workload", "side", "threads", "wall s", "CPU s", "ours by it, wall", "CPU", "single, CPU", "rate", "peak MiB"]
        bench.table("Workloads", head, rows)
    if threads:
        bench.table("Two threads", ["workload", "side", "times faster", "CPU, by that of one"], threads)


# ---- start, growth, instructions ----

def start(bench):
    example = os.path.join(ROOT, "examples", "schultz.loop")
    rows = []
    for command in (["check", example], ["run", "-j", "1", example]):
        took = [bench.run([bench.loop, *command]) for _ in range(5 if bench.options.quick else 20)]
        wall, cpu = 1000 * median(r.wall for r in took), 1000 * median(r.cpu for r in took)
        peak = median(r.peak for r in took) / 1024
        rows.append([f"loop {command[0]} examples/schultz.loop", f"{wall:.1f}", f"{cpu:.1f}", f"{peak:.1f}"])
    bench.table("Start", ["command", "wall ms", "CPU ms", "peak MiB"], rows)


def said_memory(bench, path):
    """Bytes that a run takes, by `loop dump --memory`."""
    said = subprocess.run([bench.loop, "dump", "--memory", path], stdout=subprocess.PIPE, text=True, check=True).stdout
    return int(re.search(r"^in all +(\d+) bytes", said, re.M).group(1))


def sized(bench, agents, trials):
    path = os.path.join(bench.dir, f"w1-{agents}-{trials}.loop")
    with open(bench_file("w1.loop")) as file:
        text = file.read()
    for name, value in (("population", agents), ("trials", trials)):
        text, found = re.subn(rf"^const {name} = \d+$", f"const {name} = {value}", text, flags=re.M)
        assert found == 1
    with open(path, "w") as file:
        file.write(text)
    return path


def growth(bench):
    sizes = [(1000, 100), (1000, 200), (1000, 400), (10000, 50)]
    if not bench.options.quick:
        sizes += [(10000, 100), (100000, 10), (100000, 20), (1000000, 2)]
    paths = [sized(bench, *size) for size in sizes]
    runs = [[] for _ in sizes]
    for _ in range(bench.options.rounds):
        for took, path in zip(runs, paths):
            took.append(bench.run(bench.ours(path)))
    rows, peaks, saids = [], {}, {}
    for (agents, trials), path, took in zip(sizes, paths, runs):
        # As many threads as the machine has cores, which is what dump counts with; less what the program takes to check.
        peak = bench.run([bench.loop, "run", "--json", path]).peak - bench.run([bench.loop, "check", path]).peak
        cpu = median(r.cpu for r in took)
        each = cpu * 1e9 / (agents * trials * 50)
        said = said_memory(bench, path) / 2**20
        rows.append([agents, trials, f"{cpu:.3f}", f"{each:.2f}", f"{peak / 1024:.2f}", f"{said:.2f}"])
        peaks[agents] = peak
        saids[agents] = said * 2**20
    few, many = sorted(peaks)[-2:]  # many enough that blocks of memory that are not full do not count
    took, said = ((of[many] - of[few]) / (many - few) for of in (peaks, saids))
    rows.append(["one more", "", "", "", f"{took * 1024:.1f} bytes", f"{said:.1f} bytes"])
    if not bench.options.quick:  # of few agents the pages of a process are the larger part
        bench.hold("Growth", "bytes an agent", {"peak": (said, said / 10)}, {"peak": took * 1024})
    head = ["agents", "trials", "CPU s", "ns an agent-step", "peak MiB above check", "said by dump, MiB"]
    bench.table("Growth: W1", head, rows)


def count_instructions(command):
    """As valgrind counts them, or None: it may be absent, or not know an instruction of this machine."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    except FileNotFoundError:
        return None
    said = re.search(r"Collected : (\d+)", done.stderr)
    return int(said.group(1)) if said and done.returncode == 0 else None


def instructions(bench):
    check_example = [bench.loop, "check", os.path.join(ROOT, "examples", "schultz.loop")]
    few, many = bench.ours(sized(bench, 100, 10)), bench.ours(sized(bench, 100, 20))
    counts = [count_instructions(command) for command in (check_example, few, many)]
    if None in counts:
        bench.say("instructions: not counted, valgrind is not there or can't run this build")
        return
    rows = [["loop check examples/schultz.loop", f"{counts[0]:,}", ""],
            ["W1, 100 agents, 10 trials", f"{counts[1]:,}", ""],
            ["W1, 100 agents, 20 trials", f"{counts[2]:,}", f"{(counts[2] - counts[1]) / (100 * 10 * 50):.1f}"]]
    bench.table("Instructions", ["command", "instructions", "an agent-step more"], rows)


# ---- output ----

def as_markdown(title, head, rows):
    lines = [f"### {title}", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def as_text(title, head, rows):
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    return "\n".join([title] + ["  " + "  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in cells]) + "\n"


def options():
    parser = argparse.ArgumentParser(description="measures Loop beside reference programs")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="where loop is")
    parser.add_argument("--reference", default="", help="folder of w1.c to w4.c; without it only our own side runs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round, without what takes long")
    parser.add_argument("--markdown", action="store_true", help="tables for docs/performance.md")
    parser.add_argument("--only", default="", help="parts, with commas: " + ",".join(PARTS))
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds = 1
    usual = [part for part in PARTS if not (chosen.quick and part in ("w3a", "w3b"))]
    chosen.parts = chosen.only.split(",") if chosen.only else usual
    if chosen.rounds < 1 or not set(chosen.parts) <= set(PARTS):
        parser.error("--rounds is at least 1, and the parts are " + " ".join(PARTS))
    return chosen


def verdict(bench):
    if bench.failed:
        sys.exit(f"*** {bench.failed} of {bench.checked} numbers are WRONG: "
                 "the figures above mean nothing until that is understood")
    if bench.checked:
        print(f"all {bench.checked} numbers are what the workloads must come to")


def main():
    bench = Bench(options())
    parts = bench.options.parts
    busy = os.getloadavg()[0]
    workloads(bench, parts)
    for part, more in (("start", start), ("growth", growth), ("instructions", instructions)):
        if part in parts:
            more(bench)
    print(f"{bench.options.rounds} rounds on {len(os.sched_getaffinity(0))} cores; {busy:.1f} processes were busy before, "
          f"{os.getloadavg()[0]:.1f} at the end, this one among them")
    verdict(bench)


main()
