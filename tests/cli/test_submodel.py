"""submodel: what it refuses. A whole case is solved and looked into by the examples (test_example.py)."""

import json
import pathlib

from program import check, finish, refused, run, temporary

with temporary() as folder:
    folder = pathlib.Path(folder)
    refused(run("submodel", folder, "-q"), 3, "solved case", "spongiosa solve")
    refused(run("submodel", folder / "nowhere", "-q"), 3, "nowhere")
    refused(run("submodel", folder, "--centre-mm", "1,2", "-q"), 2, "--centre-mm", "X,Y,Z")
    refused(run("submodel", folder, "--surface", "ti-as-bilt", "-q"), 3, "ti-as-built")
    # Results of which a part is missing are named, not guessed at.
    stage = folder / "stages" / "05_solve"
    stage.mkdir(parents=True)
    (stage / "manifest.json").write_text(json.dumps({"results": {"cases": [{"name": "flexion"}]}}))
    refused(run("submodel", folder, "--load-case", "flexoin", "-q"), 3, "flexoin", "flexion")
    (stage / "manifest.json").write_text("{}")
    refused(run("submodel", folder, "-q"), 3, "manifest.json")
finish()
