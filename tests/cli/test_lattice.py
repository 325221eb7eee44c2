"""lattice: shapes, what is written, the same bytes again, refusals."""

import hashlib
import json
import os
import tempfile

from program import check, finish, refused, run

SMALL = ["--cell-size-mm", "1.5", "--porosity-fraction", "0.7", "--voxel-mm", "0.1"]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


with tempfile.TemporaryDirectory() as folder:
    result = run("lattice", "box:6x5x4", *SMALL, "--mesh", "--islands", "remove", "--out", f"{folder}/a", "--json", "--quiet")
    check(result.returncode == 0, "a box", result)
    document = json.loads(result.stdout)
    check(abs(document["porosity_fraction"] - 0.7) < 0.0005, "porosity", result)
    check(abs(document["porous_zone_mm3"] - 120) < 1.0, "volume", result)
    check(document["mesh"]["closed_two_manifold"], "mesh", result)
    check({file["path"] for file in document["files"]} == {"lattice.vdb", "lattice.stl", "islands.csv"}, "files", result)
    check(document["files"][0]["sha256"] == digest(f"{folder}/a/lattice.vdb"), "hash", result)

    again = run("lattice", "box:6x5x4", *SMALL, "--islands", "remove", "--out", f"{folder}/b", "--threads", "1", "--quiet")
    check(again.returncode == 0, "without a mesh, one thread", again)
    check(digest(f"{folder}/a/lattice.vdb") == digest(f"{folder}/b/lattice.vdb"), "the same level set with and without mesh, for any thread count")

    # The part of before is a closed mesh: fill it again, graded.
    spec = f"{folder}/spec.json"
    with open(spec, "w", encoding="utf-8") as file:
        json.dump({"porosity_expression": "ramp(z,-2,2,0.6,0.8)", "cell": "diamond-sheet", "zones": [
            {"name": "skin", "region_expression": "depth-0.3", "content": "solid"}]}, file)
    cylinder = run("lattice", "cylinder:6x4", "--spec", spec, "--cell-size-mm", "1.5", "--voxel-mm", "0.1", "--mesh", "--out", f"{folder}/c",
                   "--json", "--quiet")
    check(cylinder.returncode == 0, "a cylinder with a skin", cylinder)
    zones = {zone["name"]: zone for zone in json.loads(cylinder.stdout)["zones"]}
    check(abs(zones["core"]["porosity_fraction"] - zones["core"]["requested_fraction"]) < 0.0025, "porosity of the core", cylinder)
    check(abs(zones["core"]["requested_fraction"] - 0.7) < 0.01, "mean of the request", cylinder)
    mesh = run("lattice", f"{folder}/c/lattice.stl", "--cell-size-mm", "0.9", "--voxel-mm", "0.1", "--dry-run")
    check(mesh.returncode == 0 and "million voxels" in mesh.stderr, "a mesh as shape", mesh)

    dry = run("lattice", "box:100x100x100", *SMALL, "--dry-run", "--json")
    check(dry.returncode == 0 and json.loads(dry.stdout)["voxels"] > 1e9, "dry run", dry)

    # Targets: two definitions of one pore size are two cells; a cell of one's own is the one it writes down.
    def cell_mm(*options):
        result = run("lattice", "box:8x8x8", "--dry-run", "--json", *options)
        check(result.returncode == 0, " ".join(options), result)
        return json.loads(result.stdout)["cell_size_mm"]

    sheet = ["--cell", "primitive-sheet", "--porosity-fraction", "0.7", "--pore-size-mm", "0.4"]
    check(abs(cell_mm(*sheet) - 0.4 / 0.7689) < 0.01, "by inscribed sphere")
    check(abs(cell_mm(*sheet, "--pore-definition", "throat") - 0.4 / 0.3167) < 0.01, "by throat")
    both = cell_mm("--cell", "gyroid-sheet", "--pore-size-mm", "0.6", "--strut-size-mm", "0.1766")
    check(abs(both - 0.6 / 0.3615) < 0.02, "pore and wall")
    own = cell_mm("--cell", "expression-sheet", "--cell-expression", "sin(x)*cos(y)+sin(y)*cos(z)+sin(z)*cos(x)", "--porosity-fraction", "0.7",
              "--pore-size-mm", "0.6")
    check(abs(own - 0.6 / 0.3615) < 0.01, "a gyroid written by hand")
    made = run("lattice", "box:4x4x4", *sheet, "--pore-definition", "throat", "--out", f"{folder}/t", "--voxel-mm", "0.08", "--json", "--quiet")
    check(made.returncode == 0, "a lattice by its throat", made)
    throat = [size for size in json.loads(made.stdout)["unit_cell"] if size["size"] == "pore, throat"]
    check(len(throat) == 1 and abs(throat[0]["value_mm"] - 0.4) < 1e-6, "its definition in the result", made)

    refused(run("lattice", "box:8x8x8", "--cell", "primitive-network-minus", "--porosity-fraction", "0.8", "--pore-size-mm", "0.6", "--dry-run"), 3,
            "falls apart", "78.6 %")
    refused(run("lattice", "box:8x8x8", "--cell", "expression-sheet", "--cell-expression", "sin(x/2)", "--cell-size-mm", "1", "--dry-run"), 3,
            "not periodic")
    refused(run("lattice", "box:8x8x8", *sheet, "--pore-definition", "window", "--dry-run"), 3, "pore_definition", "throat")

    refused(run("lattice", "box:6x5", *SMALL, "--dry-run"), 3, "box:XxYxZ")
    refused(run("lattice", "pyramid:3", *SMALL, "--dry-run"), 3, "expected box:")
    refused(run("lattice", "box:6x5x4", "--cell", "gyroid-shet", "--dry-run"), 3, "gyroid-sheet")
    refused(run("lattice", "box:6x5x4", "--porosity-fraction", "7", "--dry-run"), 3, "0.05 to 0.95")
    refused(run("lattice", "box:6x5x4", "--porosity-expression", "0.5+deph", "--dry-run"), 3, "deph", "depth")
    refused(run("lattice", "box:6x5x4", "--cell", "primitive-network-minus", "--porosity-fraction", "0.8", "--cell-size-mm", "1", "--dry-run"), 3,
            "falls apart")
    refused(run("lattice", "box:6x5x4"), 2, "--out")
    refused(run("lattice", f"{folder}/none.stl", *SMALL, "--dry-run"), 5, "none.stl")
    refused(run("lattice", "box:200x200x200", "--cell-size-mm", "1", "--voxel-mm", "0.02", "--mesh", "--out", f"{folder}/d", "--quiet"), 3, "GiB")
    check(not os.path.exists(f"{folder}/d"), "nothing is written for what does not fit")

finish()
