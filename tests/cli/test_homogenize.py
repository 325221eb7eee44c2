"""homogenize: the tensor as JSON, cubic symmetry, agreement of density and bounds; refusals."""

import json

from program import check, finish, refused, run

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

refused(run("homogenize", "--cell", "gyroid-shet", "--density", "0.3", "-q"), 3, "gyroid-sheet")
refused(run("homogenize", "--cell", "gyroid-sheet", "--density", "1.3", "-q"), 3, "--density")
refused(run("homogenize", "--cell", "gyroid-sheet", "--density", "0.3", "--poisson", "0.5", "-q"), 3, "Poisson")
refused(run("homogenize", "-q"), 2, "--cell")
refused(run("homogenize", "--field", "nowhere.nrrd", "-q"), 5, "nowhere.nrrd")
finish()
