"""compare-scan: a scan that was moved, a micro-CT of a block, refusals."""

import json
import math
import pathlib
import struct
import tempfile

from program import check, finish, refused, run


def document(result):
    check(result.returncode == 0, f"exit code 0: {result.args[1:]}", result)
    return json.loads(result.stdout) if result.returncode == 0 else {}


def moved_stl(source, target, place):
    data = bytearray(source.read_bytes())
    for n in range(struct.unpack_from("<I", data, 80)[0]):
        at = 84 + 50 * n + 12
        numbers = struct.unpack_from("<9f", data, at)
        struct.pack_into("<9f", data, at, *(x for c in range(3) for x in place(numbers[3 * c:3 * c + 3])))
    target.write_bytes(data)


def block_stl(path, size):
    corners = [[(s if c >> a & 1 else -s) / 2 for a, s in enumerate(size)] for c in range(8)]
    triangles = [(0, 2, 1), (1, 2, 3), (4, 5, 6), (5, 7, 6), (0, 1, 4), (1, 5, 4), (2, 6, 3), (3, 6, 7), (0, 4, 2), (2, 4, 6), (1, 3, 5), (3, 7, 5)]
    body = b"".join(struct.pack("<12fH", 0, 0, 0, *(x for c in t for x in corners[c]), 0) for t in triangles)
    path.write_bytes(b"block".ljust(80) + struct.pack("<I", len(triangles)) + body)


def block_image(path, size, voxel, grey=1000):
    """Grey values of a micro-CT: 0 in air, `grey` in metal, in between where the surface passes."""
    count = [int(s / voxel) + 12 for s in size]
    share = [[min(1, max(0, 0.5 + (s / 2 - abs((i - 0.5 * (n - 1)) * voxel)) / voxel)) for i in range(n)] for s, n in zip(size, count)]
    head = (f"NRRD0004\ntype: float\ndimension: 3\nspace: left-posterior-superior\nsizes: {count[0]} {count[1]} {count[2]}\n"
            f"space directions: ({voxel},0,0) (0,{voxel},0) (0,0,{voxel})\nspace origin: (20,-7,3)\nencoding: raw\nendian: little\n\n")
    values = (grey * share[0][i] * share[1][j] * share[2][k] for k in range(count[2]) for j in range(count[1]) for i in range(count[0]))
    path.write_bytes(head.encode() + struct.pack(f"<{math.prod(count)}f", *values))


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    made = run("lattice", "box:4x3x3", "--cell", "gyroid-sheet", "--cell-size-mm", "2", "--porosity-fraction", "0.7", "--voxel-mm", "0.08",
               "--islands", "remove", "--out", folder / "part", "--quiet")
    check(made.returncode == 0, "a lattice", made)
    vdb, stl, scan = folder / "part/lattice.vdb", folder / "part.stl", folder / "scan.stl"
    check(run("mesh", vdb, "-o", stl, "--quiet").returncode == 0, "its mesh")
    c, s = math.cos(0.05), math.sin(0.05)
    moved_stl(stl, scan, lambda p: (c * p[0] - s * p[1] + 11, s * p[0] + c * p[1] - 4, p[2] + 2))
    found = document(run("compare-scan", vdb, scan, "--out", folder / "compared", "--json", "--quiet"))
    if found:
        off, figures = found["deviation"], found["figures"]
        check(off["rms_mm"] < 0.006 and abs(off["mean_mm"]) < 0.003, f"the same part: {off}")
        # The mesh cuts sharp edges off by a third of a voxel.
        check(found["missing"]["most_mm"] < 0.06 and off["beyond_tolerance_fraction"] == 0, f"nothing is missing: {found['missing']}")
        check(abs(figures["realised"]["porosity_fraction"] - figures["nominal"]["porosity_fraction"]) < 0.004, f"porosity {figures}")
        check(figures["expected"]["porosity_fraction"] < figures["nominal"]["porosity_fraction"] - 0.03, f"expected porosity {figures}")
        r = found["registration"]["rotation"]
        check(abs(r[0][0] - c) < 1e-3 and abs(r[0][1] - s) < 1e-3 and abs(r[2][2] - 1) < 1e-4, f"turned back {r}")
        check((folder / "compared/deviation.png").stat().st_size > 5000, "a picture")
        check(json.loads((folder / "compared/compare-scan.json").read_text()) == found, "the document is in the folder too")
    text = run("compare-scan", vdb, scan, "--quiet")
    check(text.returncode == 0 and "realised" in text.stdout and "expected" in text.stdout, "text", text)

    block, image = folder / "block.stl", folder / "block.nrrd"
    block_stl(block, (4, 3, 2))
    block_image(image, (4.1, 3.1, 2.1), 0.1)
    found = document(run("compare-scan", block, image, "--threshold", "500", "--voxel-mm", "0.1", "--json", "--quiet"))
    if found:
        check(abs(found["deviation"]["median_mm"] - 0.05) < 0.01, f"0.05 mm more on every side: {found['deviation']}")
        realised = found["figures"]["realised"]["volume_mm3"]
        check(abs(realised / (4.1 * 3.1 * 2.1) - 1) < 0.01, f"volume as built {realised}")

    refused(run("compare-scan", block, image, "-q"), 3, "--threshold")
    refused(run("compare-scan", block, block, "--threshold", "1", "-q"), 3, "is a mesh")
    refused(run("compare-scan", block, image, "--threshold", "5000", "-q"), 3, "nothing is metal")
    refused(run("compare-scan", block, block, "--voxel-mm", "0.1", "-q"), 3, "100 or more")
    refused(run("compare-scan", vdb, scan, "--tolerance-mm", "0", "-q"), 3, "above 0")
    refused(run("compare-scan", vdb, folder / "none.stl", "-q"), 5, "none.stl")
finish()
