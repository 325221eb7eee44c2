"""new and show: the starter case is valid and can be shown."""

from program import check, finish, refused, run, temporary

with temporary() as folder:
    made = run("new", f"{folder}/patient-07")
    check(made.returncode == 0 and "case.json" in made.stdout, "new", made)
    shown = run("show", f"{folder}/patient-07")
    check(shown.returncode == 0 and "Case patient-07" in shown.stdout and "lattice.porosity_fraction" in shown.stdout, "show", shown)
    check("solve.tolerance" not in shown.stdout, "advanced values are hidden", shown)
    check("solve.tolerance" in run("show", f"{folder}/patient-07", "--all").stdout, "show --all")
    changed = run("show", f"{folder}/patient-07", "--set", "lattice.porosity_fraction=0.55")
    check("0.55 fraction" in changed.stdout, "show --set", changed)
    refused(run("new", f"{folder}/patient-07"), 5, "there already")
    refused(run("new", f"{folder}/Jane Doe"), 2, "letters, digits")
finish()
