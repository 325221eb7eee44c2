"""coupons: test pieces with the lattice of a filled case, refusals."""

import json
import pathlib
import tempfile

from program import check, finish, refused, run


def results_folder(folder, lattice):
    """What a run leaves of its lattice, as far as coupons read it."""
    fill = folder / "stages/04_fill"
    fill.mkdir(parents=True)
    zone = {"name": "core", "content": "lattice", "cell_size_mm": 1.0, "porosity_fraction": 0.6}
    solid = {"name": "rim", "content": "solid"}
    (fill / "manifest.json").write_text(json.dumps({"sha256": "0" * 64, "results": {"voxel_mm": 0.1, "zones": [solid, zone]}}))
    (folder / "case-as-run.json").write_text(json.dumps({"case_id": "case-1", "lattice": lattice}))
    return folder


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    made = run("lattice", "box:4x4x4", "--cell", "gyroid-sheet", "--cell-size-mm", "2", "--porosity-fraction", "0.7", "--voxel-mm", "0.1",
               "--out", folder / "part", "--quiet")
    check(made.returncode == 0, "a lattice", made)
    lattice = json.loads((folder / "part/lattice.json").read_text())["request"]
    results = results_folder(folder / "results", lattice)

    result = run("coupons", results, "-o", folder / "coupons", "--kinds", "shear", "--json", "--quiet")
    check(result.returncode == 0, "coupons", result)
    if result.returncode == 0:
        document = json.loads(result.stdout)
        check(document == json.loads((folder / "coupons/coupons.json").read_text()), "the document is in the folder too")
        check([c["name"] for c in document["coupons"]] == ["shear"], "the kinds asked for")
        check(document["cell"] == "gyroid-sheet" and document["zone"] == "core" and document["cell_size_mm"] == 1.0, f"the part's lattice {document}")
        for c in document["coupons"]:
            check(abs(c["porosity_fraction"] - 0.6) < 0.0025, f"porosity of {c['name']}: {c['porosity_fraction']}")
            check(c["expected"]["porosity_fraction"] < c["nominal"]["porosity_fraction"] - 0.02, f"less porous as built: {c}")
            check(c["expected"]["mass_g"] > c["nominal"]["mass_g"], "heavier as built")
            for file in ("lattice.vdb", "lattice.stl", "coupon.png"):
                check((folder / "coupons" / c["folder"] / file).stat().st_size > 1000, f"{c['name']}/{file}")
        shear = document["coupons"][0]
        check(shear["size_mm"] == [20.0, 10.0, 9.0] and shear["lattice_height_mm"] == 5.0, f"sizes {shear}")

    refused(run("coupons", folder / "part", "-o", folder / "x", "-q"), 3, "04_fill", "spongiosa fill")
    refused(run("coupons", results, "-o", folder / "x", "--zone", "rim", "-q"), 3, "'rim'", "core")
    refused(run("coupons", results, "-o", folder / "x", "--kinds", "bending", "-q"), 2, "bending", "shear")
    refused(run("coupons", results, "-o", folder / "x", "--cells", "3", "-q"), 2, "10 to 40")
    check(not (folder / "x").exists(), "nothing is left after a refusal")
finish()
