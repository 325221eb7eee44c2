"""--json gives one document on stdout, whatever happens."""

import json
import os

from program import case_folder, check, finish, run, temporary


def document(result):
    try:
        return json.loads(result.stdout)
    except ValueError:
        check(False, "stdout is not one JSON document", result)
        return {}


with temporary() as folder:
    good = case_folder(f"{folder}/good", ct={"phantom": {"enabled": True}})
    plan = run("run", good, "--dry-run", "--json")
    check(plan.returncode == 0, "dry run", plan)
    found = document(plan)
    check(found.get("case_id") == "cli-test", "plan names the case", plan)
    check([s["verb"] for s in found.get("stages", [])] == "import segment shape fill solve check export report".split(),
          "plan lists the stages in order", plan)
    check(all(s["state"] == "to run" and s["reason"] for s in found.get("stages", [])), "every stage has state and reason", plan)
    check(not (good / "results").exists(), "a dry run writes nothing")

    text = run("run", good, "--dry-run")
    check(text.returncode == 0 and "never run" in text.stdout and "import" in text.stdout, "dry run for people", text)

    bad = run("run", case_folder(f"{folder}/bad", lattice={"cel": "x"}), "--json")
    found = document(bad)
    check(bad.returncode == 3 and found.get("exit_code") == 3 and "lattice.cell" in (found.get("error") or ""), "error as JSON", bad)

    empty = case_folder(f"{folder}/empty")
    os.mkdir(f"{folder}/empty/ct")
    failed = run("import", empty, "--json", "--progress", "jsonl")
    found = document(failed)
    check(failed.returncode == 3 and found.get("exit_code") == 3, "a failed stage as JSON", failed)
    check(found.get("stages", [{}])[0].get("state") == "failed", "the failed stage is named", failed)
    for line in failed.stderr.splitlines():
        if not line.startswith("spongiosa: "):
            json.loads(line)

    shown = run("show", good, "--json")
    check(document(shown).get("case", {}).get("loads", {}).get("preload_n") == 73.6, "show --json has the defaults", shown)

    schema = document(run("schema", "--json"))
    check(schema.get("$schema", "").endswith("draft-07/schema#"), "schema --json")
    try:
        import jsonschema
    except ImportError:
        jsonschema = None
    if jsonschema:
        jsonschema.Draft7Validator.check_schema(schema)
        jsonschema.validate(json.loads((good / "case.json").read_text()), schema)
        for broken in ({"lattice": {"cel": 1}}, {"lattice": {"porosity_fraction": 2}}):
            try:
                jsonschema.validate({**json.loads((good / "case.json").read_text()), **broken}, schema)
                check(False, f"jsonschema accepts {broken}")
            except jsonschema.ValidationError:
                pass
finish()
