"""The scripts that guard the tree refuse what they must and accept what is right."""

import pathlib
import subprocess
import sys
import tempfile

SCRIPTS = pathlib.Path(sys.argv[1])
failures = []


def outcome(script, files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        result = subprocess.run([sys.executable, SCRIPTS / script, folder], capture_output=True, text=True)
        return result.returncode, result.stdout


def expect(script, code, words, **files):
    got, text = outcome(script, {name.replace("__", "/").replace("_h", ".h").replace("_cpp", ".cpp"): t for name, t in files.items()})
    if got != code or words not in text:
        failures.append(f"{script} {sorted(files)}: exit code {got} (expected {code}), output {text!r} (expected {words!r})")


CHECK = "check_dependencies"
expect(CHECK, 0, "0 wrong", core__a_h="#pragma once\n", geometry__b_cpp='#include "core/a.h"\n#include <openvdb/openvdb.h>\n')
expect(CHECK, 1, "core must not include", core__a_h='#include "geometry/b.h"\n', geometry__b_h="")
expect(CHECK, 1, "lattice must not include", lattice__a_h='#include "fea/b.h"\n', fea__b_h="")
expect(CHECK, 1, "workflow must not include", workflow__a_cpp='#include "cli/b.h"\n', cli__b_h="")
expect(CHECK, 1, "not a path from the repository root", core__a_cpp='#include "a.h"\n', core__a_h="")
expect(CHECK, 1, "in a public header", geometry__levelset__a_h="#include <openvdb/openvdb.h>\n")
expect(CHECK, 0, "0 wrong", geometry__levelset__detail__a_h="#include <openvdb/openvdb.h>\n")
expect(CHECK, 1, "belongs into", workflow__a_cpp="#include <deal.II/base/point.h>\n")
expect(CHECK, 1, "belongs into", lattice__a_cpp="#include <itkImage.h>\n")
expect("check_paths", 0, "0 problems", core__a_h="// see /usr/share/doc and ./work/ and docs/home/x\n")
for path in ("/" + "home/somebody/x", "/" + "work/x", "/" + "tmp/x", "../" + "shared"):
    expect("check_paths", 1, "a place on one machine", core__a_h=f"// {path}\n")
expect("check_paths", 1, "at most", core__a_h="x" * 1_000_001)

for failure in failures:
    print("FAILED:", failure)
sys.exit(1 if failures else 0)
