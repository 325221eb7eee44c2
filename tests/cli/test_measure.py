"""measure: a lattice as level set and as mesh, an image by labels and by grey values, pictures and maps, refusals."""

import json
import pathlib
import struct
import tempfile
import zipfile

from program import check, finish, refused, run


def nrrd(path, size, spacing, value):
    """A float image; value(i, j, k)."""
    nx, ny, nz = size
    header = (f"NRRD0004\ntype: float\ndimension: 3\nsizes: {nx} {ny} {nz}\nencoding: raw\nendian: little\nspace: left-posterior-superior\n"
              f"space directions: ({spacing},0,0) (0,{spacing},0) (0,0,{spacing})\nspace origin: (0,0,0)\n\n")
    data = [value(i, j, k) for k in range(nz) for j in range(ny) for i in range(nx)]
    pathlib.Path(path).write_bytes(header.encode() + struct.pack(f"<{len(data)}f", *data))


def measured(*arguments):
    result = run("measure", *arguments, "--json", "--quiet")
    check(result.returncode == 0, f"measure {arguments}", result)
    return json.loads(result.stdout) if result.returncode == 0 else None


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    made = run("lattice", "box:5x5x5", "--cell", "gyroid-network-minus", "--cell-size-mm", "2", "--porosity-fraction", "0.7", "--voxel-mm", "0.06",
               "--islands", "remove", "--mesh", "--out", folder / "part", "--quiet")
    check(made.returncode == 0, "a lattice to measure", made)
    # The mesh with text, map and picture here; its figures as JSON below.
    text = run("measure", folder / "part/lattice.stl", "--voxel-mm", "0.06", "--map", folder / "map.nrrd", "--picture", folder / "pores.png", "--quiet")
    check(text.returncode == 0 and "porosity" in text.stdout, "text", text)
    check((folder / "map.nrrd").stat().st_size > 1000 and (folder / "pores.png").read_bytes().startswith(b"\x89PNG"), "map and picture")
    documents = [measured(folder / "part/lattice.vdb", "--depth-bin-mm", "0.8"), measured(folder / "part/lattice.stl", "--voxel-mm", "0.06")]
    for document in filter(None, documents):
        zone = document["zones"][0]
        check(abs(zone["porosity_fraction"] - 0.7) < 0.003, f"porosity {zone['porosity_fraction']}")
        check(abs(zone["zone_mm3"] - 125) < 0.6, f"volume of the box {zone['zone_mm3']}")
        pieces = [piece["volume_mm3"] for piece in document["solid_pieces"]]
        check(pieces[0] > 0.999 * sum(pieces), f"pieces {pieces}")
        check(abs(zone["void"]["inscribed_sphere"]["diameter_mm"] / (2 * 0.5871) - 1) < 0.01, f"largest pore, table of sizes: {zone['void']['inscribed_sphere']}")
        check(zone["void"]["inscribed_sphere"]["held_by_walls"], "the largest pore lies within the box")
        check(all(key in document["definitions"] for key in ("porosity_fraction", "local_thickness", "travelling_sphere")), "definitions")
    if all(documents):
        check(len(documents[0]["zones"][0]["by_depth"]) >= 3, "layers")
        check(abs(documents[0]["zones"][0]["void"]["local_thickness"]["mean_mm"] / documents[1]["zones"][0]["void"]["local_thickness"]["mean_mm"] - 1) < 0.01,
              "level set and mesh have the same pores")

    closing = measured(folder / "part/lattice.stl", "--voxel-mm", "0.06", "--envelope", "closing", "--closing-mm", "1.2")
    check(closing is None or closing["zones"][0]["zone_mm3"] < 125.4, "the closing lies within the box")

    # Balls of 0.8 mm radius, 2 mm apart: grey values fall with the distance from their centres.
    def radius(i, j, k):
        return sum((0.1 * (a % 20) - 0.95) ** 2 for a in (i, j, k)) ** 0.5

    nrrd(folder / "grey.nrrd", (40, 40, 40), 0.1, lambda i, j, k: 1000 - 400 * radius(i, j, k))
    nrrd(folder / "labels.nrrd", (40, 40, 40), 0.1, lambda i, j, k: 3 if radius(i, j, k) < 0.8 else 0)
    nrrd(folder / "other.nrrd", (10, 10, 10), 0.1, lambda i, j, k: 1)
    nrrd(folder / "left.nrrd", (40, 40, 40), 0.1, lambda i, j, k: 1 if i < 20 else 0)
    ball = 4 / 3 * 3.14159265 * 0.8 ** 3 / 8
    for document, tolerance in ((measured(folder / "grey.nrrd", "--threshold", "680"), 0.001), (measured(folder / "labels.nrrd"), 0.01)):
        if document:
            check(abs(1 - document["zones"][0]["porosity_fraction"] - ball) < tolerance, f"balls of grey or label: {document['zones'][0]['porosity_fraction']}")
            check(document["solid_piece_count"] == 8, "eight balls")
            # Steps of label images cut into the balls (docs/04-command-line.md).
            thickness = document["zones"][0]["solid"]["local_thickness"]["mean_mm"]
            check(1.5 < thickness < 1.65 if "above" in document["kind"] else 1.2 < thickness < 1.6, f"their diameter {document['zones'][0]['solid']['local_thickness']}")
    half = measured(folder / "labels.nrrd", "--zone", folder / "left.nrrd")
    check(half is None or abs(half["zones"][0]["zone_mm3"] - 32) < 0.1, "a zone by image")

    refused(run("measure", folder / "nowhere.stl", "-q"), 5, "nowhere.stl")
    refused(run("measure", folder / "part.xyz", "-q"), 3, "part.xyz", ".stl")
    refused(run("measure", folder / "grey.nrrd", "-q"), 3, "--threshold")
    refused(run("measure", folder / "labels.nrrd", "--voxel-mm", "0.1", "-q"), 3, "--voxel-mm")
    refused(run("measure", folder / "labels.nrrd", "--zone", folder / "other.nrrd", "-q"), 3, "one grid")
    refused(run("measure", folder / "labels.nrrd", "--depth-bin-mm", "0.01", "-q"), 3, "thinner than the voxels")
    refused(run("measure", folder / "part/lattice.stl", "--envelope", "hull", "-q"), 3, "hull", "box or closing")
    refused(run("measure", folder / "part/lattice.stl", "--envelope", "closing", "-q"), 3, "--closing-mm")
    refused(run("measure", folder / "part/lattice.stl", "--voxel-mm", "-1", "-q"), 3, "above 0")
    refused(run("measure", folder / "part/lattice.stl", "--voxel-mm", "0.001", "-q"), 4, "larger voxel")
    refused(run("measure", folder / "part/lattice.vdb", "--zone", "hole", "-q"), 3, "no grid 'hole'")
    refused(run("measure", "-q"), 2, "FILE")
    (folder / "open.stl").write_text("solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\nendsolid x\n")
    refused(run("measure", folder / "open.stl", "--voxel-mm", "0.1", "-q"), 3)
    (folder / "no.3mf").write_text("text")
    refused(run("measure", folder / "no.3mf", "-q"), 3, "no zip archive")
    with zipfile.ZipFile(folder / "beams.3mf", "w") as archive:
        archive.writestr("3D/3dmodel.model", '<model unit="millimeter"><resources><object id="1"><mesh><vertices><vertex x="0" y="0" z="0"/></vertices>'
                         '<triangles/><b:beamlattice xmlns:b="x"/></mesh></object></resources><build><item objectid="1"/></build></model>')
    refused(run("measure", folder / "beams.3mf", "-q"), 3, "beam lattice")
finish()
