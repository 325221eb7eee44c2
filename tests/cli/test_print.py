"""mesh, inspect, slice: a lattice from level set to proven mesh files and layers; other programs' opinions; faults; refusals."""

import json
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile

from program import check, finish, refused, run


def document(result, code=0):
    check(result.returncode == code, f"exit code {code}: {result.args[1:]}", result)
    return json.loads(result.stdout) if result.returncode == code else {}


def verdicts(found):
    return {one["id"]: one["value"] for one in found.get("checks", [])}


def records(path):
    data = path.read_bytes()
    return data[:80], [data[84 + 50 * n:134 + 50 * n] for n in range(struct.unpack_from("<I", data, 80)[0])]


def write_records(path, head, triangles):
    path.write_bytes(head + struct.pack("<I", len(triangles)) + b"".join(triangles))


def say(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=100).stdout


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    made = run("lattice", "box:5x5x4", "--cell", "gyroid-sheet", "--cell-size-mm", "2", "--porosity-fraction", "0.75", "--voxel-mm", "0.08",
               "--islands", "remove", "--out", folder / "part", "--quiet")
    check(made.returncode == 0, "a lattice", made)
    vdb = folder / "part/lattice.vdb"

    # The same surface in every format, proven on the bytes of the file.
    hashes, volumes = set(), []
    for ending in ("stl", "3mf", "ply", "obj"):
        out = folder / f"part.{ending}"
        written = document(run("mesh", vdb, "-o", out, "--json", "--quiet"))
        if not written:
            continue
        # The box has sharp edges, which are cut off within a voxel.
        check(written["proof"]["sound"] and written["proof"]["component_count"] == 1, f"{ending}: sound, in one piece")
        check(written["deviation"]["max_voxels"] <= 0.36 and 0 < written["deviation"]["rms_mm"] < 0.04 * 0.08, f"{ending}: deviation {written['deviation']}")
        check(abs(written["volume_change_fraction"]) < 1e-5, f"{ending}: volume of the file {written['volume_change_fraction']}")
        found = document(run("inspect", out, "--json", "--quiet"))
        check(found["sound"] and set(verdicts(found).values()) == {0}, f"{ending}: inspected {verdicts(found)}")
        check(found["triangles"] == written["proof"]["triangles"] and found["sha256"] == written["out"]["sha256"], f"{ending}: the file that was written")
        volumes.append(found["volume_mm3"])
    check(len(volumes) == 4 and max(volumes) - min(volumes) < 1e-6 * max(volumes), f"one volume in all formats: {volumes}")
    text = run("inspect", folder / "part.stl", "--quiet")
    check(text.returncode == 0 and "Sound" in text.stdout, "text of a sound mesh", text)
    check(sorted(p.name for p in folder.iterdir()) == ["part", "part.3mf", "part.obj", "part.ply", "part.stl"], "nothing else is left in the folder")

    # Other programs agree.
    if shutil.which("admesh"):
        opinion = say("admesh", str(folder / "part.stl"))
        numbers = {key.strip(): float(value) for key, value in re.findall(r"([A-Z][\w ]+?)\s*:\s*([-\d.]+)", opinion)}
        check(numbers.get("Degenerate facets") == 0 and numbers.get("Edges fixed") == 0 and numbers.get("Number of parts") == 1, f"admesh: {opinion}")
        check(abs(numbers.get("Volume", 0) / volumes[0] - 1) < 1e-4, f"admesh: volume {numbers.get('Volume')}, ours {volumes[0]}")
        check("Total disconnected facets        :     0                   0" in opinion, f"admesh: {opinion}")
    else:
        print("admesh is not installed: not asked")
    if shutil.which("prusa-slicer"):
        for ending in ("stl", "3mf"):
            opinion = say("prusa-slicer", "--info", str(folder / f"part.{ending}"))
            check("manifold = yes" in opinion and re.search(r"number_of_parts =\s+1\b", opinion), f"prusa-slicer: {opinion}")
            volume = re.search(r"volume = ([\d.]+)", opinion)
            check(volume and abs(float(volume[1]) / volumes[0] - 1) < 1e-4, f"prusa-slicer: volume, ours {volumes[0]}: {opinion}")
    else:
        print("prusa-slicer is not installed: not asked")

    moved = document(run("mesh", vdb, "-o", folder / "moved.stl", "--local-origin", "--json", "--quiet"))
    if moved:
        low = moved["proof"]["bounds_mm"]["min"]
        check(all(0 <= x < 0.17 for x in low), f"the box begins at 0: {low}")
        check(all(abs(m - s) < 0.2 for m, s in zip(moved["moved_by_mm"], (2.5, 2.5, 2.0))), f"moved by {moved['moved_by_mm']}")

    # Faults are found, named, and make exit code 1.
    head, triangles = records(folder / "part.stl")
    broken = folder / "broken.stl"
    write_records(broken, head, triangles[:-1])
    found = verdicts(document(run("inspect", broken, "--json", "--quiet"), 1))
    check(found["closed"] == 3 and found["self_intersection"] == 0, f"a missing triangle: {found}")
    text = run("inspect", broken, "--quiet")
    check(text.returncode == 1 and "FAIL  3 open edges" in text.stdout and "Not sound" in text.stdout, "text of an open mesh", text)
    shifted = [t[:12] + struct.pack("<9f", *(x + 0.31 for x in struct.unpack_from("<9f", t, 12))) + t[48:] for t in triangles]
    write_records(broken, head, triangles + shifted)
    twice = document(run("inspect", broken, "--json", "--quiet"), 1)
    check(verdicts(twice)["self_intersection"] > 100 and verdicts(twice)["closed"] == 0, f"two parts through each other: {verdicts(twice)}")
    check(len(twice["contacts"]) == 20 and twice["component_count"] == 2, "the first contacts are named")
    turned = [t[:24] + t[36:48] + t[24:36] + t[48:] for t in triangles]
    write_records(broken, head, turned)
    found = verdicts(document(run("inspect", broken, "--json", "--quiet"), 1))
    check(found["outward"] == 1 and found["orientation"] == 0, f"inside out: {found}")

    # Layers.
    areas = document(run("slice", vdb, "--layer-mm", "0.04", "--json", "--quiet"))
    if areas:
        check(abs(areas["volume_mm3"] / volumes[0] - 1) < 0.005, f"volume of the layers {areas['volume_mm3']}, of the mesh {volumes[0]}")
        check(98 <= len(areas["layers"]) <= 102 and all(layer["area_mm2"] >= 0 for layer in areas["layers"]), "layers")
    for ending in ("cli", "clib", "slc", "svg"):
        out = folder / f"layers.{ending}"
        result = run("slice", vdb, "--layer-mm", "0.04", "-o", out, "--quiet")
        check(result.returncode == 0 and "layers of 0.04 mm" in result.stdout and out.stat().st_size > 10000, f"layers as {ending}", result)
    one = run("slice", vdb, "--layer-mm", "0.04", "--only", "50", "-o", folder / "one.svg", "--quiet")
    check(one.returncode == 0 and (folder / "one.svg").read_text().count("<g ") == 1, "one layer", one)

    refused(run("inspect", folder / "nowhere.stl", "-q"), 5, "nowhere.stl")
    refused(run("inspect", vdb, "-q"), 3, "lattice.vdb", ".obj")
    refused(run("inspect", "-q"), 2, "FILE")
    refused(run("mesh", vdb, "-o", folder / "x.step", "-q"), 3, ".3mf")
    refused(run("mesh", vdb, "-o", folder / "x.stl", "--grid", "body", "-q"), 3, "no grid 'body'", "lattice")
    refused(run("mesh", vdb, "-o", folder / "x.stl", "--max-deviation-mm", "1e-6", "-q"), 4, "off the field", "--max-deviation-mm")
    refused(run("mesh", vdb, "-o", folder / "x.ply", "--max-deviation-mm", "1e-6", "-q"), 4, "off the field")
    refused(run("mesh", vdb, "-o", folder / "x.stl", "--max-deviation-mm", "-1", "-q"), 3, "0 or more")
    refused(run("mesh", vdb, "-q"), 2, "--out")
    refused(run("slice", vdb, "--layer-mm", "0", "-q"), 3, "layer height")
    refused(run("slice", vdb, "--only", "5000", "-q"), 3, "no layer 5000")
    refused(run("slice", vdb, "-o", folder / "x.gcode", "-q"), 3, ".cli")
    check(not [p.name for p in folder.iterdir() if p.name.startswith("x.")], "nothing is written by what is refused")
finish()
