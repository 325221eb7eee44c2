"""Bad input: one line, the right exit code, nothing written."""

import os
import subprocess

from program import CASE, PROGRAM, case_folder, check, finish, refused, run, temporary

with temporary() as folder:
    refused(run("run", f"{folder}/absent"), 3, "absent", "spongiosa new")

    good = case_folder(f"{folder}/good")
    os.mkdir(f"{folder}/good/ct")

    bad = case_folder(f"{folder}/misspelt", lattice={"porosity_fractoin": 0.6})
    refused(run("run", bad), 3, "unknown key lattice.porosity_fractoin", "did you mean lattice.porosity_fraction?")
    check(not (bad / "results").exists(), "a bad case leaves no results folder")

    refused(run("run", case_folder(f"{folder}/unit", lattice={"pore_size": 0.6})), 3, "has no unit: write lattice.pore_size_mm")
    refused(run("run", case_folder(f"{folder}/range", lattice={"porosity_fraction": 70})), 3, "out of range", "0.05 to 0.95")
    text = str(CASE).replace("'", '"')[:-1]
    refused(run("run", case_folder(f"{folder}/nan", text + ', "loads": {"preload_n": NaN}}')), 3, "loads.preload_n is not a finite number")
    refused(run("run", case_folder(f"{folder}/inf", text + ', "loads": {"moment_nm": 1e999}}')), 3, "loads.moment_nm is not a finite number")
    refused(run("run", good, "--set", "loads.moment_nm=inf"), 3, "loads.moment_nm is not a finite number")
    refused(run("run", case_folder(f"{folder}/level", anatomy={**CASE["anatomy"], "replace": "C6"})), 3, "no point for C7")
    refused(run("run", case_folder(f"{folder}/text", "{ not json")), 3, "not valid JSON at line 1")

    refused(run("run", good, "--set", "material.implant=steel"), 3, "material.implant", "ti-6al-4v-eli-pbf", "peek")
    check("did you mean" not in run("run", good, "--set", "material.implant=steel").stderr, "no suggestion that is another word")
    refused(run("run", good, "--set", "anatomy.replace=C6"), 3, "--set anatomy.replace=C6", "no point for C7")
    refused(run("new", f"{folder}/good/case.json/new"), 5, "another place for the new case")
    with open("/dev/full", "w") as full:
        for arguments in (["show", str(good)], ["--help"], ["schema", "--json"]):
            result = subprocess.run([PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
            check(result.returncode == 5 and "standard output" in result.stderr, f"a full disk behind stdout: {arguments}")
    refused(run("run", good, "--set", "lattice.cell"), 2, "expected path=value")
    refused(run("run", good, "--to", "fil"), 2, "did you mean fill?")
    refused(run("run", good, "--only", "fill", "--to", "fill"), 2, "--only excludes")

    # No scan: a folder without images, and a path that is not there.
    refused(run("import", good, "--out", f"{folder}/out1", "--progress", "none"), 3, "ct")
    check(not os.path.exists(f"{folder}/out1/stages/01_import"), "a failed import leaves no stage folder")
    refused(run("import", case_folder(f"{folder}/noscan"), "--out", f"{folder}/out2", "--progress", "none"), 3, "ct.path")

    # Root may write everywhere but below a regular file.
    refused(run("import", good, "--out", f"{folder}/good/case.json/results", "--progress", "none"), 5, "cannot write into the folder", "--out")
    refused(run("phantom", "--out", f"{folder}/good/case.json/phantom"), 5, "cannot write into the folder")
    refused(run("phantom", "--out", f"{folder}/p", "--noise-sd-hu", "5000"), 3, "--noise-sd-hu", "out of range")
    check(not os.path.exists(f"{folder}/p"), "a refused phantom leaves no folder")

    # A folder that holds another case's results.
    os.makedirs(f"{folder}/other")
    with open(f"{folder}/other/case-as-run.json", "w") as file:
        file.write('{"case_id": "somebody-else"}')
    refused(run("import", good, "--out", f"{folder}/other", "--progress", "none"), 3, "somebody-else", "--force")
    refused(run("import", good, "--out", f"{folder}/other", "--dry-run"), 3, "somebody-else", "--force")
finish()
