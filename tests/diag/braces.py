#!/usr/bin/env python3
"""A brace that is missing is one mistake: braces.py LOOP leaves out each brace of each example in turn, and looks how many errors are
reported. A } that is missing shows where the next statement begins, and is one error. A { that is missing shows twice at most: where
it should stand, and where what is behind its } no longer belongs."""
import glob
import os
import subprocess
import sys
import tempfile

loop, most = sys.argv[1], {"{": 2, "}": 1}
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
cases = {}
with tempfile.TemporaryDirectory() as folder:
    for example in sorted(glob.glob(os.path.join(root, "examples", "*.loop"))):
        with open(example, encoding="utf-8") as file:
            text = file.read()
        for at, sign in enumerate(text):
            line = text[text.rfind("\n", 0, at) + 1:at]
            if sign not in most or "#" in line or line.count('"') % 2:
                continue
            name = os.path.join(folder, f"{len(cases)}.loop")
            with open(name, "w", encoding="utf-8") as file:
                file.write(text[:at] + text[at + 1:])
            cases[name] = (os.path.basename(example), text.count("\n", 0, at) + 1, sign)
    checked = subprocess.run([loop, "check", *cases], capture_output=True, text=True, check=False)
    errors = dict.fromkeys(cases, 0)
    for line in checked.stderr.splitlines():
        name, found, _ = line.partition(".loop:")
        if found and ": error " in line:
            errors[name + ".loop"] += 1
failed = 0
for name, (example, number, sign) in cases.items():
    if not 1 <= errors[name] <= most[sign]:
        failed += 1
        print(f"FAIL {example}:{number} without '{sign}': {errors[name]} errors")
print(f"{len(cases) - failed} passed, {failed} failed")
sys.exit(failed > 0 or len(cases) < 500)
