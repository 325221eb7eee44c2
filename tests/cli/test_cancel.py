"""Ctrl-C and SIGTERM: exit code 130, a plain sentence, nothing half-written; and ending by an early report of the stage."""

import os
import pathlib
import signal
import subprocess
import time

from program import PROGRAM, case_folder, check, finish, temporary


def interrupted(command, which, ready):
    """Sends the signal as soon as `ready` says that the work has begun."""
    process = subprocess.Popen([PROGRAM, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.time() + 60
    while not ready() and process.poll() is None and time.time() < deadline:
        time.sleep(0.02)
    check(process.poll() is None, f"{command} ended before it could be interrupted")
    process.send_signal(which)
    stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout, stderr


with temporary() as folder:
    good = case_folder(f"{folder}/good", ct={"phantom": {"enabled": True}})
    stage = good / "results" / "stages" / "01_import"
    for which in (signal.SIGINT, signal.SIGTERM):
        code, out, err = interrupted(["import", good, "--progress", "none"], which, stage.exists)
        check(code == 130, f"exit code 130 after {which}, not {code}: {err}")
        check("spongiosa: cancelled" in err and not out, f"a plain sentence after {which}: {err!r} {out!r}")
        check(not stage.exists(), f"the cancelled stage left {list(stage.rglob('*')) if stage.exists() else ''}")

    phantom = pathlib.Path(folder) / "phantom"
    code, out, err = interrupted(["phantom", "--out", phantom], signal.SIGINT, phantom.exists)
    check(code == 130, f"phantom: exit code 130, not {code}: {err}")
    check(not phantom.exists(), f"the cancelled phantom left {os.listdir(phantom) if phantom.exists() else ''}")
finish()
