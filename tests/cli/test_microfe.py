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
        limit = load["von_mises_mpa"]["extrapolated"]
        check(limit["p99_9_by_volume"] == max(p["p99_9"], 2 * p["p99_9"] - limit["coarse_p99_9_by_volume"]), f"extrapolated stress {limit}")
        check(0.5 < limit["coarse_p99_9_by_volume"] / p["p99_9"] < 1.5, "stress with voxels of twice the edge, at the same load")
        check(math.isclose(load["yield_factor"], document["material"]["yield_stress_mpa"] / limit["p99_9_by_volume"], rel_tol=1e-9), "yield factor")
        check(math.isclose(load["fatigue_factor"], 180.0 / limit["p99_9_by_volume"], rel_tol=1e-9), "fatigue factor")
        check(1 <= len(load["hot_spots"]) <= 3 and load["hot_spots_found"] >= len(load["hot_spots"]), "hot spots")
        for spot in load["hot_spots"]:
            check(all(abs(x) < 2.2 for x in spot["position_mm"]) and spot["mean_mpa"] <= spot["peak_mpa"], f"spot {spot}")
        check((folder / "out" / load["picture"]).stat().st_size > 10000, "a picture per load")
        thousandth = load["highest_stressed"][0]
        check(math.isclose(thousandth["solid_fraction"], 0.001, rel_tol=1e-3) and p["p99_9"] * 0.999 <= thousandth["least_mpa"] <= thousandth["mean_mpa"] <= p["peak"],
              f"the thousandth that is stressed most: {thousandth}")
        struts = load["struts"]
        check(struts["struts"] > 10 and struts["nodes"] > 5 and struts["assessed"] == len(struts["weakest"]), "struts and nodes")
        stresses = [entry["p99_mpa"] for entry in struts["weakest"]]
        check(stresses == sorted(stresses, reverse=True) and stresses[-1] < p["p99"] < stresses[0], "struts by falling stress, some above and some below the part's")
        for entry in struts["weakest"]:
            check(entry["mean_mpa"] <= entry["peak_mpa"] and entry["p99_mpa"] <= entry["peak_mpa"], f"strut {entry}")
            check(math.isclose(entry["yield_factor"], document["material"]["yield_stress_mpa"] / entry["p99_mpa"], rel_tol=1e-9), "yield factor of a strut")
            check(math.isclose(entry["fatigue_factor"], 180.0 / entry["p99_mpa"], rel_tol=1e-9), "fatigue factor of a strut")
            check(all(abs(x) < 2.2 for x in entry["position_mm"]), "a strut lies in the part")
            check(("inclination_deg" in entry) == (entry["kind"] == "strut") and 0.0 <= entry.get("inclination_deg", 0.0) <= 90.0, "inclination of struts")
        check(struts["below_fatigue_factor_1"] == sum(entry["fatigue_factor"] < 1.0 for entry in struts["weakest"]), "struts below 1 are counted")
        volume = sum(entry["volume_mm3"] for entry in struts["weakest"])
        inside = document["solid_volume_mm3"] * (1.0 - 2.0 * document["platen_zone_mm"] / (document["voxels"][2] * document["voxel_mm"]))
        check(abs(volume / inside - 1.0) < 0.1, f"struts and nodes make up the solid between the zones: {volume} of about {inside} mm3")
        check((folder / "out" / struts["picture"]).stat().st_size > 10000, "a picture of the struts per load")
    check((folder / "out" / "microfe.json").exists(), "microfe.json")
    check((folder / "out" / "hot_spots.csv").read_text().count("\n") == 1 + sum(len(load["hot_spots"]) for load in document["loads"]), "hot_spots.csv")

    check((folder / "out" / "struts.csv").read_text().count("\n") == 1 + sum(load["struts"]["assessed"] for load in document["loads"]), "struts.csv")

    # Twice the load, twice the stress, half the factors.
    twice = json.loads(run("microfe", part, "--compression-n", "200", "--youngs-modulus-mpa", "100000", "--no-struts", "--critical-volume-mm3", "0.5", "-q",
                           "--json").stdout)["loads"][0]
    # Percentiles are told to 1/4096.
    check(math.isclose(twice["yield_factor"], 0.5 * compression["yield_factor"], rel_tol=1e-3), "linear in the load")
    check("struts" not in twice, "--no-struts")
    check(math.isclose(twice["highest_stressed"][1]["volume_mm3"], 0.5, rel_tol=1e-5), f"the volume asked for: {twice['highest_stressed']}")
    text = run("microfe", part, "--axis", "x", "--frictionless", "-q")
    check(text.returncode == 0 and "fatigue factor" in text.stdout and "frictionless" in text.stdout, "microfe as text", text)

    refused(run("microfe", part, "--frictionless", "--torsion-nmm", "1", "-q"), 3, "without friction")
    refused(run("microfe", part, "--axis", "q", "-q"), 2, "--axis")
    refused(run("microfe", part, "--critical-volume-mm3", "-1", "-q"), 2, "--critical-volume-mm3")
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
