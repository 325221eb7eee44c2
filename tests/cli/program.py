"""Runs the built program and checks what it answers. Standard library only."""

import json
import pathlib
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1]

CASE = {
    "format": "spongiosa-case", "version": 1, "case_id": "cli-test",
    "ct": {"path": "ct"},
    "anatomy": {"region": "cervical", "replace": "C5",
                "seeds_mm": {"C4": [0, 0, 20], "C5": [0, 0, 0], "C6": [0, 0, -20]}},
}

failures = []


def run(*arguments, **options):
    """The finished process with text output."""
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120, **options)


def check(condition, what, result=None):
    if condition:
        return
    text = what
    if result is not None:
        text += f"\n    exit code {result.returncode}\n    stdout {result.stdout!r}\n    stderr {result.stderr!r}"
    failures.append(text)


def refused(result, code, *words):
    """One line on stderr that holds `words`, and the exit code."""
    check(result.returncode == code, f"expected exit code {code}: {result.args[1:]}", result)
    lines = [line for line in result.stderr.splitlines() if line]
    check(len(lines) == 1 and lines[0].startswith("spongiosa: "), f"expected one line on stderr: {result.args[1:]}", result)
    for word in words:
        check(word in result.stderr, f"expected '{word}' in the message of {result.args[1:]}", result)


def case_folder(folder, document=None, **sections):
    """Writes case.json; sections replace those of CASE."""
    document = {**CASE, **sections} if document is None else document
    path = pathlib.Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    (path / "case.json").write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def temporary():
    return tempfile.TemporaryDirectory(prefix="spongiosa-cli-")


def finish():
    for failure in failures:
        print("FAILED:", failure)
    sys.exit(1 if failures else 0)
