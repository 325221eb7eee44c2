"""print-check: a lattice as level set and as mesh, machines, directions, pictures, compensation, refusals."""

import json
import pathlib
import tempfile

from program import check, finish, refused, run


def document(result, codes=(0, 1)):
    check(result.returncode in codes, f"exit code {codes}: {result.args[1:]}", result)
    return json.loads(result.stdout) if result.returncode in codes else {}


def value(found, name):
    for one in found.get("checks", []):
        if one["id"] == name:
            return one
    check(False, f"no check '{name}' in {[one['id'] for one in found.get('checks', [])]}")
    return {"value": float("nan"), "verdict": "none", "source": ""}


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    made = run("lattice", "box:5x5x4", "--cell", "gyroid-sheet", "--cell-size-mm", "2", "--porosity-fraction", "0.75", "--voxel-mm", "0.06",
               "--islands", "remove", "--out", folder / "part", "--quiet")
    check(made.returncode == 0, "a lattice", made)
    vdb = folder / "part/lattice.vdb"

    result = run("print-check", vdb, "--out", folder / "checks", "--compensate", folder / "back.vdb", "--json", "--quiet")
    found = document(result)
    if found:
        # Sheets of 25 % density in cells of 2 mm are about 0.16 mm thick: thinner than the machine's thinnest wall.
        wall = value(found, "wall")
        check(0.1 < wall["value"] < 0.2 and wall["verdict"] == "fail" and "0.3 mm possible" in wall["source"], f"walls {wall}")
        check(value(found, "pieces")["value"] == 1 and value(found, "closed_voids")["value"] == 0, "one piece, open")
        check(result.returncode == 1 and not found["passed"], "exit code 1 when a check failed")
        for one in found["checks"]:
            if one["verdict"] == "fail":
                check(len(one.get("place_mm", [])) == 3, f"{one['id']} has no place")
                check((folder / "checks" / one.get("picture", "none")).is_file(), f"{one['id']} has no picture")
        check((folder / "checks/overhang.png").stat().st_size > 5000, "picture from below")
        check(json.loads((folder / "checks/print-check.json").read_text()) == found, "the document is in the folder too")
        nominal, built = found["expected"]["nominal"], found["expected"]["as_built"]
        check(abs(nominal["porosity_fraction"] - 0.75) < 0.02, f"porosity {nominal}")
        check(built["porosity_fraction"] < nominal["porosity_fraction"] - 0.05 and built["mass_g"] > nominal["mass_g"], f"struts grow: {found['expected']}")
        back = found["compensated"]["as_built"]
        check(abs(back["porosity_fraction"] - nominal["porosity_fraction"]) < 0.3 * (nominal["porosity_fraction"] - built["porosity_fraction"]),
              f"compensated {back}, designed {nominal}, not compensated {built}")
        down = found["overhang"]["down_facing_mm2_by_angle"]
        check(len(down) == 18 and abs(sum(down[:9]) - found["overhang"]["below_critical_angle_mm2"]) < 1e-6 * sum(down), "histogram of 45 degrees")
    check(run("inspect", vdb, "-q").returncode == 3, "level sets are no meshes")

    # The same part as a mesh, and upside down: a gyroid has no up.
    stl = folder / "part.stl"
    check(run("mesh", vdb, "-o", stl, "--quiet").returncode == 0, "a mesh")
    of_mesh = document(run("print-check", stl, "--voxel-mm", "0.06", "--json", "--quiet"))
    if found and of_mesh:
        for name in ("wall", "hole", "overhang", "span"):
            a, b = value(found, name)["value"], value(of_mesh, name)["value"]
            check(abs(a - b) < 0.15 * max(abs(a), 0.2), f"{name}: {a} from the level set, {b} from the mesh")
    machine = folder / "machine.json"
    profile = dict(found["profile"], name="own")
    profile["min_wall_mm"] = {"value": 0.05, "source": "coupons", "status": "verified"}
    machine.write_text(json.dumps(profile))
    own = document(run("print-check", stl, "--voxel-mm", "0.08", "--profile", machine, "--build-direction", "0,0,-1", "--json", "--quiet"))
    if own:
        check(value(own, "wall")["verdict"] == "pass" and value(own, "wall")["source"] == "coupons (verified)", f"own machine: {value(own, 'wall')}")
        check(own["build_direction"] == [0, 0, -1], f"direction {own['build_direction']}")
    best = run("print-check", vdb, "--find-direction", "20", "--quiet")
    check(best.returncode in (0, 1) and "Best of 42 directions" in best.stdout and "As built" in best.stdout, "search for a direction", best)

    refused(run("print-check", vdb, "--profile", "laser", "-q"), 3, "no machine profile 'laser'")
    refused(run("print-check", vdb, "--build-direction", "0,0,0", "-q"), 3, "no length")
    refused(run("print-check", vdb, "--build-direction", "0,1", "-q"), 3, "three")
    refused(run("print-check", vdb, "--build-direction", "0,0,1", "--find-direction", "5", "-q"), 3, "one of them")
    refused(run("print-check", vdb, "--find-direction", "-5", "-q"), 3, "1 or more")
    refused(run("print-check", vdb, "--voxel-mm", "0.1", "-q"), 3, "own voxels")
    refused(run("print-check", vdb, "--compensate", folder / "back.stl", "-q"), 3, ".vdb")
    refused(run("print-check", stl, "--voxel-mm", "0", "-q"), 3, "above 0")
    refused(run("print-check", machine, "-q"), 3, "cannot be checked")
    refused(run("print-check", folder / "none.stl", "-q"), 5, "none.stl")
finish()
