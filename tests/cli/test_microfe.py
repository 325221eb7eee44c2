"""microfe: stiffness of a block from a level set, an image-free run of every load, files, refusals."""

import json
import math
import pathlib

from program import check, finish, refused, run, temporary

with temporary() as folder:
    folder = pathlib.Path(folder)
    made = run("lattice", "box:4x4x4", "--cell", "gyroid-sheet", "--porosity-fraction", "0.6", "--cell-size-mm", "2", "--voxel-mm", "0.125",
               "-o", folder / "gyroid", "-q")
    check(made.returncode == 0, "a lattice to test", made)
    part = folder / "gyroid" / "lattice.vdb"
    arguments = ("microfe", part, "--compression-n", "100", "--torsion-nmm", "50", "--youngs-modulus-mpa", "100000", "--hot-spots", "3", "-q")
    result = run(*arguments, "--json", "--out", folder / "out")
    check(result.returncode == 0 and not result.stderr, "microfe --json", result)
    document = json.loads(result.stdout)
    check(document["source"] == "lattice.vdb:lattice", document["source"])
    check(abs(document["solid_fraction"] - 0.4) < 0.03, f"solid fraction {document['solid_fraction']}")
    compression, torsion = document["loads"]
    check(compression["force_n"] == 100.0 or math.isclose(compression["force_n"], 100.0, rel_tol=1e-12), "the force asked for")
    check(math.isclose(compression["force_n"], compression["stiffness"] * compression["displacement_mm"], rel_tol=1e-9), "force is stiffness times motion")
    # A 40 % gyroid sheet has E about 0.175 of the solid's; two cells between bonded platens with open sides differ by less than 40 %.
    check(0.6 < compression["apparent_modulus_mpa"] / 17500.0 < 1.4, f"apparent modulus {compression['apparent_modulus_mpa']}")
    check(torsion["moment_nmm"] > 0 and torsion["stiffness"] > 0 and compression["balance_error"] < 1e-5, "torsion and balance")
    for load in document["loads"]:
        p = load["von_mises_mpa"]["by_volume"]
        check(p["p50"] < p["p95"] < p["p99"] < p["p99_9"] <= p["peak"], f"percentiles rise: {p}")
        check(math.isclose(load["yield_factor"], document["material"]["yield_stress_mpa"] / p["p99_9"], rel_tol=1e-9), "yield factor")
        check(math.isclose(load["fatigue_factor"], 180.0 / p["p99_9"], rel_tol=1e-9), "fatigue factor")
        check(1 <= len(load["hot_spots"]) <= 3 and load["hot_spots_found"] >= len(load["hot_spots"]), "hot spots")
        for spot in load["hot_spots"]:
            check(all(abs(x) < 2.2 for x in spot["position_mm"]) and spot["mean_mpa"] <= spot["peak_mpa"], f"spot {spot}")
        check((folder / "out" / load["picture"]).stat().st_size > 10000, "a picture per load")
    check((folder / "out" / "microfe.json").exists(), "microfe.json")
    check((folder / "out" / "hot_spots.csv").read_text().count("\n") == 1 + sum(len(load["hot_spots"]) for load in document["loads"]), "hot_spots.csv")

    # Twice the load, twice the stress, half the factors.
    twice = json.loads(run("microfe", part, "--compression-n", "200", "--youngs-modulus-mpa", "100000", "-q", "--json").stdout)["loads"][0]
    check(math.isclose(twice["yield_factor"], 0.5 * compression["yield_factor"], rel_tol=1e-6), "linear in the load")
    text = run("microfe", part, "--axis", "x", "--frictionless", "-q")
    check(text.returncode == 0 and "fatigue factor" in text.stdout and "frictionless" in text.stdout, "microfe as text", text)

    refused(run("microfe", part, "--frictionless", "--torsion-nmm", "1", "-q"), 3, "without friction")
    refused(run("microfe", part, "--axis", "q", "-q"), 2, "--axis")
    refused(run("microfe", part, "--material", "ti-6al-4v-eli-pbt", "-q"), 3, "ti-6al-4v-eli-pbf")
    refused(run("microfe", part, "--surface", "ti-as-bilt", "-q"), 3, "ti-as-built")
    refused(run("microfe", part, "--poisson", "0.5", "-q"), 3, "Poisson")
    refused(run("microfe", part, "--seat-mm", "3", "-q"), 3, "nothing is left")
    refused(run("microfe", part, "--voxel-mm", "0.0001", "-q"), 4, "memory")
    refused(run("microfe", folder, "-q"), 3, "implant.vdb")
    refused(run("microfe", folder / "nowhere.vdb", "-q"), 3, "nowhere.vdb")
    # Balls that touch nothing: loose pieces are named.
    balls = run("lattice", "box:4x4x4", "--cell", "primitive-network-minus", "--porosity-fraction", "0.9", "--cell-size-mm", "2", "--voxel-mm", "0.125",
                "-o", folder / "balls", "-q")
    if balls.returncode == 0:
        refused(run("microfe", folder / "balls" / "lattice.vdb", "-q"), 3, "pieces")
finish()
