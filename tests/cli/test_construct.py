"""construct: what it refuses. A whole case is solved and computed with its real lattice by the examples (test_example.py)."""

import json
import pathlib

from program import finish, refused, run, temporary

with temporary() as folder:
    folder = pathlib.Path(folder)
    refused(run("construct", folder, "-q"), 3, "solved case", "spongiosa solve")
    refused(run("construct", folder / "nowhere", "-q"), 3, "nowhere")
    refused(run("construct", "-q"), 2, "RESULTS")
    for value in ("0", "-0.2", "nan"):
        refused(run("construct", folder, "--voxel-mm", value, "-q"), 2, "--voxel-mm")
    # Results of which a part is missing are named, not guessed at.
    stage = folder / "stages" / "05_solve"
    stage.mkdir(parents=True)
    (stage / "manifest.json").write_text(json.dumps({"results": {"cases": []}}))
    refused(run("construct", folder, "-q"), 5, "parts.nrrd")
    (stage / "manifest.json").write_text("{}")
    refused(run("construct", folder, "-q"), 3, "manifest.json")
finish()
