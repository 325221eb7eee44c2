"""series: what it lists of a folder, that a case takes what it prints, and refusals."""

import json
import shutil

from program import case_folder, check, finish, refused, run, temporary

with temporary() as folder:
    coarse = ("--in-plane-spacing-mm", "1.5", "--slice-spacing-mm", "3", "--levels", "C4,C5,C6", "--quiet")
    for name in ("first", "second"):
        made = run("phantom", "--out", f"{folder}/{name}", "--variant", "localizer", *coarse, *(("--size-factor", "1.1") if name == "second" else ()))
        check(made.returncode == 0, "a coarse phantom", made)
        shutil.copytree(f"{folder}/{name}/dicom", f"{folder}/both/{name}")

    listed = run("series", f"{folder}/both", "--json", "--quiet")
    check(listed.returncode == 0, "series", listed)
    rows = json.loads(listed.stdout)["series"]
    stacks = [row for row in rows if not row["scout"]]
    check(len(stacks) == 2 and len(rows) - len(stacks) == 2, "two series of slices and two of scouts", listed)
    check(all(row["spacing"] == "3 mm apart" and row["pixel_mm"] == [1.5, 1.5] for row in stacks), "spacing and pixels", listed)
    text = run("series", f"{folder}/both", "--quiet").stdout.splitlines()
    check(text[0].startswith(stacks[0]["series_uid_ending"] + ": ") and "scout image" in text[-1], "text", listed)

    # Two series: a case is refused without a choice, and takes the ending that was printed.
    for name, ct in {"none": {"path": f"{folder}/both"}, "one": {"path": f"{folder}/both", "series_uid": stacks[1]["series_uid_ending"]}}.items():
        case = case_folder(f"{folder}/{name}", ct=ct)
        result = run("import", case, "--out", f"{folder}/{name}/results", "--quiet")
        if name == "none":
            refused(result, 3, "2 CT series", stacks[0]["series_uid_ending"])
            continue
        check(result.returncode == 0, "import of the chosen series", result)
        manifest = json.loads(open(f"{folder}/{name}/results/stages/01_import/manifest.json", encoding="utf-8").read())
        check(manifest["results"]["size_voxels"][2] == stacks[1]["slices"], "the series that was chosen")

    wrong = case_folder(f"{folder}/wrong", ct={"path": f"{folder}/both", "reference_date": "28.02.2026"})
    refused(run("import", wrong, "--quiet"), 3, "ct.reference_date", "year-month-day")
    refused(run("series", f"{folder}/both", "--date", "2026-02-30"), 2, "--date", "2026-02-28")
    refused(run("series", f"{folder}/first/truth"), 3, "no DICOM image")
    refused(run("series", f"{folder}/nowhere"), 3, "no file or folder")

finish()
