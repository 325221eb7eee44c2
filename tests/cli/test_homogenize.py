"""homogenize: the tensor as JSON, cubic symmetry, bounds, local stress, transport, sweeps and their cache, files; refusals."""

import json
import math
import pathlib

from program import check, finish, refused, run, temporary

arguments = ("homogenize", "--cell", "gyroid-sheet", "--density", "0.3", "--voxels", "40", "--youngs-modulus-mpa", "1", "--poisson", "0.3",
             "--quiet")
result = run(*arguments, "--json")
check(result.returncode == 0 and not result.stderr, "homogenize --json", result)
document = json.loads(result.stdout)
c = document["stiffness_mpa"]
check(len(c) == 6 and all(len(row) == 6 for row in c), "stiffness_mpa is a 6x6 array", result)
check(abs(document["solid_fraction"] - 0.3) < 1e-3, f"solid fraction {document['solid_fraction']}")
for i in range(6):
    for j in range(6):
        check(abs(c[i][j] - c[j][i]) < 1e-12, f"not symmetric at {i}, {j}")
check(abs(c[0][0] - c[1][1]) < 1e-4 * c[0][0] and abs(c[3][3] - c[5][5]) < 1e-4 * c[3][3], "not cubic")
# 128 voxels of an independent code: 0.16077, 0.07160, 0.05064; 40 voxels are coarser.
for value, reference in ((c[0][0], 0.16077), (c[0][1], 0.07160), (c[3][3], 0.05064)):
    check(abs(value / reference - 1.0) < 0.05, f"{value} is far from {reference}")
check(all(document["bounds"][name]["holds"] for name in ("hashin_shtrikman_bulk", "hashin_shtrikman_shear", "voigt")), "bounds hold")
check(abs(document["youngs_modulus_along_mpa"]["100"] / document["youngs_modulus_along_mpa"]["001"] - 1.0) < 1e-4, "E is not cubic")

text = run(*arguments)
check(text.returncode == 0 and "Zener ratio" in text.stdout and "Hashin-Shtrikman" in text.stdout, "homogenize as text", text)

# Local stress: cubic, rising with the percentile, and the yield stress is what the 99th percentile says.
for a, b in (("xx", "zz"), ("yz", "xy")):
    check(math.isclose(document["stress_amplification"][a]["p99"], document["stress_amplification"][b]["p99"], rel_tol=0.02), f"amplification {a} {b}")
p = document["stress_amplification"]["xx"]
check(1.0 < p["p50"] < p["p95"] < p["p99"] < p["p99_9"] <= p["peak"], f"amplification {p}")
check(math.isclose(document["yield_surface"]["relative_yield_stress"]["xx"] * p["p99"], 1.0, rel_tol=1e-9), "yield is one over the amplification")

with temporary() as folder:
    folder = pathlib.Path(folder)
    # A frame, a picture and transport in one coarse run.
    more = run("homogenize", "--cell", "primitive-network-minus", "--density", "0.4", "--voxels", "24", "--transport", "--cell-size-mm", "2", "--x-axis", "1,1,0",
               "--z-axis", "0,0,1", "--picture", folder / "modulus.png", "-q", "--json")
    check(more.returncode == 0, "transport, frame and picture", more)
    d = json.loads(more.stdout)
    e110 = d["youngs_modulus_along_mpa"]["110"]
    check(d["youngs_modulus_range_mpa"]["min"] < e110 < d["youngs_modulus_range_mpa"]["max"], "E of the face diagonal is in the range")
    check(d["frame"]["stiffness_mpa"][2][2] == d["stiffness_mpa"][2][2] or math.isclose(d["frame"]["stiffness_mpa"][2][2], d["stiffness_mpa"][2][2], rel_tol=1e-9), "z stays z")
    check((folder / "modulus.png").stat().st_size > 5000, "a picture of the modulus")
    t = d["transport"]
    for phase in ("conductivity_of_solid", "conductivity_of_pore_space"):
        check(0.0 < t[phase]["mean"] < t[phase]["hashin_shtrikman_upper"], f"{phase} is below its bound: {t[phase]['mean']}")
    k = t["permeability"]
    check(math.isclose(k["mm2"][0][0], 4.0 * k["per_cell_size_squared"][0][0], rel_tol=1e-9) and k["mean_m2"] > 0, "permeability scales with the square of the size")

    # Blends: with the weight 0 the first cell, between them something between; a table over both, kept and read back.
    blend = ("homogenize", "--cell", "gyroid-sheet", "--blend", "i-wp-sheet", "--voxels", "16", "-q", "--json")
    moduli = [json.loads(run(*blend, "--density", "0.3", "--weight", str(w)).stdout)["youngs_modulus_along_mpa"]["001"] for w in (0, 0.5, 1)]
    plain = json.loads(run("homogenize", "--cell", "gyroid-sheet", "--density", "0.3", "--voxels", "16", "-q", "--json").stdout)
    check(math.isclose(moduli[0], plain["youngs_modulus_along_mpa"]["001"], rel_tol=0.01), f"the weight 0 is the first cell: {moduli[0]}")
    check(all(0.0 < modulus < 0.3 for modulus in moduli), f"moduli are below Voigt's bound, the density: {moduli}")
    table_arguments = (*blend, "--densities", "0.2:0.4:4", "--weights", "4", "--cache", folder / "blends")
    first, second = run(*table_arguments), run(*table_arguments)
    check(first.returncode == 0 and second.returncode == 0, "a table over blends", first)
    a, b = json.loads(first.stdout), json.loads(second.stdout)
    check(not a["from_cache"] and b["from_cache"] and a["weights"] == b["weights"], "the second table comes from the cache")
    check(len(a["weights"]) == 4 and all(len(column["densities"]) == 4 for column in a["weights"]), "four weights, four densities")
    check(0.0 < a["density_error_fraction"] < 0.5 and 0.0 < a["weight_error_fraction"] < 0.5, f"errors {a['density_error_fraction']} {a['weight_error_fraction']}")
    refused(run(*blend, "--weights", "4", "--density", "0.3"), 2, "--weights")
    refused(run(*blend, "--density", "0.3", "--weight", "1.5"), 3, "1.5")
    refused(run("homogenize", "--cell", "gyroid-sheet", "--blend", "hexagonal-honeycomb", "--density", "0.3", "-q"), 3, "blended")

    # A sweep, kept and read back.
    sweep_arguments = ("homogenize", "--cell", "diamond-sheet", "--densities", "0.2:0.4:5", "--voxels", "16", "--cache", folder / "cache", "-q", "--json")
    first, second = run(*sweep_arguments), run(*sweep_arguments, "--youngs-modulus-mpa", "100")
    check(first.returncode == 0 and second.returncode == 0, "sweep", second)
    a, b = json.loads(first.stdout), json.loads(second.stdout)
    check(not a["from_cache"] and b["from_cache"], "the second sweep comes from the cache")
    check(len(a["densities"]) == 5 and a["interpolation_error_fraction"] < 0.02, f"interpolation error {a['interpolation_error_fraction']}")
    check(math.isclose(b["densities"][2]["youngs_modulus_001_mpa"], 100.0 * a["densities"][2]["youngs_modulus_001_mpa"], rel_tol=1e-9), "scaled with the solid")
    check(1.0 < a["gibson_ashby"]["youngs_modulus_001"]["exponent"] < 1.6, f"exponent {a['gibson_ashby']['youngs_modulus_001']}")
    rows = a["densities"]
    check(all(x["youngs_modulus_001_mpa"] < y["youngs_modulus_001_mpa"] for x, y in zip(rows, rows[1:])), "stiffness rises with the density")

    # A level set of one period gives about what the cell itself gives.
    made = run("lattice", "box:4x4x4", "--cell", "gyroid-sheet", "--porosity-fraction", "0.6", "--cell-size-mm", "2", "--voxel-mm", "0.0625", "-o", folder / "g", "-q")
    check(made.returncode == 0, "a lattice of one cell", made)
    of_file = run("homogenize", "--field", folder / "g" / "lattice.vdb", "--box-mm", "-1,-1,-1,1,1,1", "--voxels", "32", "-q", "--json")
    of_cell = run("homogenize", "--cell", "gyroid-sheet", "--density", "0.4", "--voxels", "32", "-q", "--json")
    check(of_file.returncode == 0 and of_cell.returncode == 0, "homogenize a level set", of_file)
    if of_file.returncode == 0:
        x, y = (json.loads(r.stdout)["stiffness_mpa"][0][0] for r in (of_file, of_cell))
        check(abs(x / y - 1.0) < 0.05, f"level set {x}, cell {y}")
    refused(run("homogenize", "--field", folder / "g" / "lattice.vdb", "--box-mm", "1,1,1,1,1,1", "-q"), 2, "--box-mm")

refused(run("homogenize", "--cell", "primitive-network-minus", "--density", "0.1", "-q"), 3, "not connected", "from about")
refused(run("homogenize", "--cell", "gyroid-sheet", "--densities", "0.5:0.1:4", "-q"), 2, "--densities")
refused(run("homogenize", "--cell", "gyroid-sheet", "--densities", "0.1:0.5", "-q"), 2, "MIN:MAX:COUNT")
refused(run("homogenize", "--cell", "gyroid-sheet", "--density", "0.3", "--x-axis", "1,0,0", "-q"), 2, "go together")
refused(run("homogenize", "--cell", "gyroid-sheet", "--density", "0.3", "--x-axis", "1,0,0", "--z-axis", "2,0,0", "--voxels", "8", "-q"), 2, "parallel")
refused(run("homogenize", "--cell", "gyroid-shet", "--density", "0.3", "-q"), 3, "gyroid-sheet")
refused(run("homogenize", "--cell", "gyroid-sheet", "--density", "1.3", "-q"), 3, "--density")
refused(run("homogenize", "--cell", "gyroid-sheet", "--density", "0.3", "--poisson", "0.5", "-q"), 3, "Poisson")
refused(run("homogenize", "-q"), 2, "--cell")
refused(run("homogenize", "--field", "nowhere.nrrd", "-q"), 5, "nowhere.nrrd")
finish()
