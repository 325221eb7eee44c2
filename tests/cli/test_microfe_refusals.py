"""Parts and cells that have no meaningful answer, as a user may bring them: named and refused, never a number."""

import pathlib
import struct

from program import check, finish, refused, run, temporary


def image(path, size, inside, spacing_mm=0.1):
    """An NRRD image of shares, 1 where inside(i, j, k)."""
    nx, ny, nz = size
    head = ("NRRD0004\ntype: float\ndimension: 3\n" f"sizes: {nx} {ny} {nz}\n" "space: left-posterior-superior\n"
            f"space directions: ({spacing_mm},0,0) (0,{spacing_mm},0) (0,0,{spacing_mm})\nspace origin: (0,0,0)\n"
            "kinds: domain domain domain\nendian: little\nencoding: raw\n\n")
    values = [1.0 if inside(i, j, k) else 0.0 for k in range(nz) for j in range(ny) for i in range(nx)]
    path.write_bytes(head.encode() + struct.pack(f"<{len(values)}f", *values))
    return path


def ball(centre, radius):
    return lambda *p: sum((a - b) ** 2 for a, b in zip(p, centre)) <= radius**2


def bar(i, j, k):
    return 4 <= i < 16 and 4 <= j < 16 and k < 18


with temporary() as folder:
    folder = pathlib.Path(folder)
    # The bar alone is a part like any other: what is refused below is refused for what was added.
    plain = run("microfe", image(folder / "bar.nrrd", (20, 20, 18), bar), "-q")
    check(plain.returncode == 0, "a bar", plain)

    # Floating islands: counted, with the place of the next largest in mm. Leaving them out is asked for, never done silently.
    beside = image(folder / "beside.nrrd", (20, 20, 18), lambda i, j, k: bar(i, j, k) or (i < 2 and j < 2 and 8 <= k < 14))
    refused(run("microfe", beside, "-q"), 3, "2 pieces", "--remove-islands", "(0.000, 0.000, 0.800) mm", "0.024 mm3")
    left_out = run("microfe", beside, "--remove-islands", "--json", "-q")
    check(left_out.returncode == 0 and '"removed_pieces": 1' in left_out.stdout, "islands left out are counted", left_out)

    # Platens that touch nothing: the topmost voxels are those of an island.
    above = image(folder / "above.nrrd", (20, 20, 24), lambda i, j, k: bar(i, j, k) or (i < 2 and j < 2 and k >= 20))
    refused(run("microfe", above, "-q"), 3, "2 pieces")
    refused(run("microfe", above, "--remove-islands", "-q"), 3, "upper platen", "touches 0 nodes")
    refused(run("microfe", above, "--axis", "x", "--remove-islands", "-q"), 3, "lower platen", "touches 0 nodes")
    refused(run("microfe", image(folder / "empty.nrrd", (8, 8, 8), lambda *p: False), "-q"), 3, "no solid")

    # Periodic solids that do not join their own images through the faces.
    cells = {"ball": ball((7.5, 7.5, 7.5), 6), "column": lambda i, j, k: 6 <= i < 10 and 6 <= j < 10, "layer": lambda i, j, k: 6 <= k < 10}
    for (name, inside), directions in zip(cells.items(), (0, 1, 2)):
        refused(run("homogenize", "--field", image(folder / f"{name}.nrrd", (16, 16, 16), inside), "-q"), 4, f"along {directions} of 3 directions")
    # Columns that touch along their edges only, and a cell without anything.
    edges = image(folder / "edges.nrrd", (16, 16, 16), lambda i, j, k: (i < 8) == (j < 8))
    refused(run("homogenize", "--field", edges, "-q"), 4, "not connected")
    refused(run("homogenize", "--field", folder / "empty.nrrd", "-q"), 4, "no solid")
    refused(run("homogenize", "--cell", "primitive-network-minus", "--densities", "0.1:0.4:4", "-q"), 3, "not connected", "from about 0.21")

    # Models beyond the machine, and beyond what the program takes.
    refused(run("microfe", folder / "bar.nrrd", "--voxel-mm", "0.0001", "-q"), 2, "an image has its own voxels")
    refused(run("homogenize", "--cell", "gyroid-sheet", "--density", "0.3", "--voxels", "4000", "-q"), 3, "4000", "256")
finish()
