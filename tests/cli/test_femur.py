"""femur: landmarks of a phantom against its truth, the same from the files it wrote, and refusals."""

import json
import os

from program import check, finish, refused, run, temporary

with temporary() as folder:
    made = run("femur", "--phantom", "--neck-shaft-angle-deg", "132", "--out", f"{folder}/p", "--json", "--quiet")
    check(made.returncode == 0, "phantom", made)
    document = json.loads(made.stdout)
    errors = document["errors"]
    check(errors["head_centre_mm"] < 0.5 and abs(errors["head_radius_mm"]) < 0.3, f"head: {errors}")
    check(errors["neck_axis_deg"] < 3.0 and errors["shaft_axis_deg"] < 1.0 and abs(errors["neck_shaft_angle_deg"]) < 3.0, f"axes: {errors}")
    check(os.path.getsize(f"{folder}/p/landmarks.png") > 50000, "a picture")

    # A scan and a mask from files give the same landmarks.
    again = run("femur", f"{folder}/p/ct.nrrd", "--mask", f"{folder}/p/femur.nrrd", "--out", f"{folder}/q", "--json", "--quiet")
    check(again.returncode == 0, "from files", again)
    check(json.loads(again.stdout)["landmarks"] == document["landmarks"], "the same landmarks", again)
    centre = [x + 1.0 for x in document["landmarks"]["head_centre_mm"]]
    text = "--head-centre=" + ",".join(str(x) for x in centre)
    given = run("femur", f"{folder}/p/ct.nrrd", "--mask", f"{folder}/p/femur.nrrd", text, "--out", f"{folder}/r", "--json", "--quiet")
    check(given.returncode == 0 and json.loads(given.stdout)["landmarks"]["head_centre_mm"] == centre, "the centre given by hand", given)

    refused(run("femur", "--out", f"{folder}/x"), 2, "SCAN is missing")
    refused(run("femur", f"{folder}/p/ct.nrrd", "--out", f"{folder}/x"), 2, "--mask")
    refused(run("femur", f"{folder}/p/ct.nrrd", "--phantom", "--out", f"{folder}/x"), 2, "leave SCAN")
    refused(run("femur", f"{folder}/p/ct.nrrd", "--mask", f"{folder}/none.nrrd", "--out", f"{folder}/x"), 3, "no mask")
    refused(run("femur", "--phantom", "--head-radius-mm", "60", "--out", f"{folder}/x"), 3, "head_radius_mm", "18 to 28")
    # A bar is no femur.
    bar = f"{folder}/bar.json"
    with open(bar, "w", encoding="utf-8") as file:
        json.dump([{"op": "threshold", "low_hu": -1100}, {"op": "cut-plane", "point_mm": document["landmarks"]["shaft_point_mm"], "normal": [0, 0, 1]}], file)
    check(run("mask", f"{folder}/p/ct.nrrd", "--edits", bar, "--out", f"{folder}/bar.nrrd", "--quiet").returncode == 0, "a mask that is no femur")
    refused(run("femur", f"{folder}/p/ct.nrrd", "--mask", f"{folder}/bar.nrrd", "--out", f"{folder}/x", "--quiet"), 3, "femoral head")
    check(not os.path.exists(f"{folder}/x"), "refusals leave no folder")

finish()
