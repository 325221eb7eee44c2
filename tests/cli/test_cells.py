"""cells: the list, one cell, pictures, refusals."""

import json
import os
import tempfile
import time

from program import check, finish, refused, run

started = time.monotonic()
plain = run("cells")
seconds = time.monotonic() - started
check(plain.returncode == 0, "the list", plain)
check(plain.stdout.count("\n") > 150 and "gyroid-sheet" in plain.stdout, "a row per cell", plain)
# 1 s on a quiet machine; tests run beside each other.
check(seconds < 5.0, f"the list took {seconds:.1f} s", plain)

listed = json.loads(run("cells", "--json").stdout)["cells"]
names = [cell["name"] for cell in listed]
check(len(names) == len(set(names)) and len(names) >= 150, "names")
for family, least in (("tpms", 105), ("strut", 24), ("plate", 3), ("honeycomb", 5), ("stochastic", 3)):
    check(sum(cell["family"] == family for cell in listed) >= least, family)
for cell in listed:
    low, high, at = cell["density_min_fraction"], cell["density_max_fraction"], cell["properties"]["density_fraction"]
    check(low is None or (0.0 < low < high < 1.0 and low <= at <= high), cell["name"] + ": range")
    check(cell["properties"]["pore_max_inscribed_sphere_per_cell_size"] >= cell["properties"]["pore_throat_per_cell_size"] - 0.002, cell["name"] + ": throat")

one = run("cells", "primitive-network-minus", "--json")
cell = json.loads(one.stdout)["cells"][0]
check(cell["density_min_fraction"] == 0.214 and cell["density_min_because"] == "the solid falls apart", "Schwarz P", one)
check(abs(cell["properties"]["pore_max_inscribed_sphere_per_cell_size"] - 0.9953) < 0.002, "its pore", one)
denser = run("cells", "primitive-network-minus", "--density", "0.4")
check(denser.returncode == 0 and "40.00 % density" in denser.stdout and "0.93" in denser.stdout, "at another density", denser)

refused(run("cells", "gyroid-shet"), 3, "gyroid-sheet")
refused(run("cells", "gyroid-sheet", "--density", "1.5"), 3, "above 0 and below 1")
refused(run("cells", "--density", "0.5"), 2, "NAME")

with tempfile.TemporaryDirectory() as folder:
    picture = run("cells", "octet", "--picture", f"{folder}/octet.png", "--quiet")
    check(picture.returncode == 0 and os.path.getsize(f"{folder}/octet.png") > 10000, "a picture", picture)
    refused(run("cells", "octet", "--picture", f"{folder}/octet.png/again.png", "--quiet"), 5, "again.png")

finish()
