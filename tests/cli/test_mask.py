"""mask, calibrate and segmentation.edits: what they write, and refusals."""

import json
import os

from program import case_folder, check, finish, refused, run, temporary


def write(path, document):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    return path


with temporary() as folder:
    made = run("phantom", "--out", f"{folder}/p", "--in-plane-spacing-mm", "1", "--slice-spacing-mm", "1.5", "--levels", "C4,C5,C6", "--quiet")
    check(made.returncode == 0, "a coarse phantom", made)
    dicom = f"{folder}/p/dicom"
    truth = json.load(open(f"{folder}/p/truth/truth.json", encoding="utf-8"))
    centres = {v["level"]: v["body_centre_Patient_mm"] for v in truth["vertebrae"]}
    body = centres["C5"]

    edits = write(f"{folder}/edits.json", [{"op": "threshold", "low_hu": 250}, {"op": "keep-part", "point_mm": body}, {"op": "fill-holes"}])
    made = run("mask", dicom, "--edits", edits, "--out", f"{folder}/m.nii.gz", "--surface", f"{folder}/m.ply", "--surface-threshold-hu", "250", "--json", "--quiet")
    check(made.returncode == 0, "mask", made)
    document = json.loads(made.stdout)
    check([c["op"] for c in document["edits"]] == ["threshold", "keep-part", "fill-holes"], "edits in order", made)
    check(document["volume_mm3"] == document["edits"][-1]["volume_after_mm3"], "volume", made)
    check(abs(document["surface"]["volume_mm3"] / document["volume_mm3"] - 1.0) < 0.1, "volume within the surface", made)
    closed = run("inspect", f"{folder}/m.ply", "--json", "--quiet")
    check(closed.returncode == 0, "the surface is closed", closed)

    # The mask comes back from another format with the same volume.
    again = run("mask", dicom, "--mask", f"{folder}/m.nii.gz", "--out", f"{folder}/m.nrrd", "--json", "--quiet")
    check(again.returncode == 0, "conversion", again)
    check(json.loads(again.stdout)["voxels"] == document["voxels"] and json.loads(again.stdout)["notes"] == document["notes"], "voxels kept", again)

    refused(run("mask", dicom), 2, "nothing to do")
    refused(run("mask", dicom, "--mask", f"{folder}/m.nii.gz", "--out", f"{folder}/m.txt"), 2, ".nrrd")
    refused(run("mask", dicom, "--edits", edits, "--label", "1"), 2, "--mask")
    refused(run("mask", dicom, "--mask", f"{folder}/m.nii.gz", "--label", "7"), 3, "label 7")
    refused(run("mask", dicom, "--mask", f"{folder}/none.nii.gz"), 3, "no mask")
    for edit, words in (
        ({"op": "treshold", "low_hu": 250}, ["did you mean threshold?"]),
        ({"op": "threshold", "low_hu": 250, "radius_mm": 2}, ["segmentation.edits[0]", "does not read radius_mm"]),
        ({"op": "threshold"}, ["edit 1 (threshold)", "low_hu and high_hu"]),
        ({"op": "threshold", "low_hu": 3900}, ["edit 1 (threshold)", "leaves nothing"]),
        ({"op": "grow", "low_hu": 250, "point_mm": [900, 0, 0]}, ["edit 1 (grow)", "outside the image"]),
        ({"op": "union", "mask": "none.nii.gz"}, ["segmentation.edits[0]", "no mask"]),
        ({"op": "smooth", "level": "C5", "radius_mm": 1}, ["leave level out"]),
    ):
        refused(run("mask", dicom, "--edits", write(f"{folder}/wrong.json", [edit]), "--quiet"), 3, *words)

    # In a case: an edit of one vertebra changes its label and nothing else, and is run again only when it changed.
    def case(name, edits):
        return case_folder(f"{folder}/{name}", ct={"path": dicom}, segmentation={"edits": edits},
                           anatomy={"region": "cervical", "replace": "C5", "seeds_mm": centres})

    def segmented(name, edits):
        result = run("segment", case(name, edits), "--quiet")
        check(result.returncode == 0, f"segment {name}", result)
        return json.load(open(f"{folder}/{name}/results/stages/02_segment/manifest.json", encoding="utf-8"))["results"]

    plain = segmented("plain", [])
    cut = segmented("cut", [{"level": "C5", "op": "erase-sphere", "point_mm": body, "radius_mm": 4}])
    sphere = 4.0 / 3.0 * 3.14159265 * 4.0**3
    volumes = [{v["level"]: v["volume_mm3"] for v in results["vertebrae"]} for results in (plain, cut)]
    check(abs(volumes[0]["C5"] - volumes[1]["C5"] - sphere) < 0.1 * sphere, f"a sphere was taken out: {volumes}")
    check(volumes[0]["C4"] == volumes[1]["C4"] and cut["edits"][0]["removed_mm3"] == volumes[0]["C5"] - volumes[1]["C5"], "and nothing else")
    refused(run("segment", case("levelless", [{"op": "fill-holes"}]), "--quiet"), 3, "segmentation.edits[0].level is missing")
    refused(run("segment", case("unseeded", [{"op": "fill-holes", "level": "T1"}]), "--quiet"), 3, "T1", "no seed")
    refused(run("segment", case("nothing", [{"op": "fill-holes", "level": "C5"}, {"op": "cut-plane", "level": "C5", "point_mm": body, "normal": [0, 0, 0]}]), "--quiet"),
            3, "segmentation.edits[1] (C5)", "normal")

    # A mask beside the case belongs to the chain of hashes.
    joined = case("joined", [{"op": "union", "level": "C5", "mask": "m.nrrd"}])
    check(run("segment", joined, "--data", folder, "--quiet").returncode == 0, "segment with a mask")
    check(run("verify", f"{folder}/joined/results", "--data", folder).returncode == 0, "the chain is intact")
    check(run("mask", dicom, "--edits", edits, "--mask", f"{folder}/m.nrrd", "--surface", f"{folder}/x.stl", "--out", f"{folder}/m.nrrd", "--quiet").returncode == 0, "same mask again")
    check(run("verify", f"{folder}/joined/results", "--data", folder).returncode == 0, "the same mask keeps it intact")
    cut_away = write(f"{folder}/cut.json", [{"op": "cut-plane", "point_mm": body, "normal": [0, 0, 1]}])
    check(run("mask", dicom, "--edits", cut_away, "--mask", f"{folder}/m.nrrd", "--out", f"{folder}/m.nrrd", "--quiet").returncode == 0, "half the mask")
    broken = run("verify", f"{folder}/joined/results", "--data", folder)
    check(broken.returncode == 1 and "beside the case" in broken.stdout, "another mask breaks it", broken)

    tissues = run("calibrate", dicom, "--find-tissues", "--json", "--quiet")
    check(tissues.returncode == 0, "calibrate", tissues)
    document = json.loads(tissues.stdout)
    check(document["method"] == "tissues" and "material.hu_slope_g_cm3_per_hu" in document["case"], "keys for the case", tissues)
    refused(run("calibrate", dicom), 2, "--find-tissues")
    refused(run("calibrate", dicom, "--rod=1,2,3"), 2, "x,y,z,radius,density")
    refused(run("calibrate", dicom, "--rod=1,2,3,4,200", "--rod=1,2,3,4,0"), 3, "200", "mg/cm3")
    refused(run("calibrate", dicom, "--tissue=bone,1,2,3,4", "--find-tissues"), 3, "bone", "air, fat, muscle or blood")
    check(os.path.getsize(f"{folder}/m.nrrd") > 0, "mask written")

finish()
