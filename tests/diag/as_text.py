"""as_text.py FILE.json ...: reads what --diagnostics json wrote, checks its shape, and writes it into FILE.got in the text
form, without the lines of source."""
import json
import sys

ALWAYS = {"schema", "kind", "code", "severity", "message", "notes", "help"}
PLACE = {"file", "line", "column", "end_line", "end_column"}


def where(item):
    if "file" not in item:
        return ""
    assert (item["end_line"], item["end_column"]) >= (item["line"], item["column"]) >= (1, 1), item
    return f'{item["file"]}:{item["line"]}:{item["column"]}: '


def as_text(line):
    d = json.loads(line)
    assert set(d) in (ALWAYS, ALWAYS | PLACE), d
    assert d["schema"] == 1 and d["kind"] == "diagnostic", d
    yield f'{where(d)}{d["severity"]} {d["code"]}: {d["message"]}'
    for note in d["notes"]:
        yield f'note: {where(note)}{note["message"]}'
    if d["help"]:
        yield f'help: {d["help"]}'


for path in sys.argv[1:]:
    with open(path, encoding="utf-8", newline="\n") as lines, open(path[: -len("json")] + "got", "w", encoding="utf-8") as got:
        try:
            for line in lines:
                got.writelines(text + "\n" for text in as_text(line))
        except (ValueError, AssertionError, KeyError) as error:
            got.write(f"{error}\n")
