"""A run that always fails, and a report of the others."""

from pathlib import Path

from builders import ROOT
from faults.project import Project
from faults.registry import Outcome, check, fault

TRAIN = "workflow/scripts/train.py"
MISSING = "Partial report: of 3 trainings, 1 is missing: fc (seed 0)."
ALL = ["--", "all"]


@fault(
    "One run always fails",
    "its script ends with `kill -9` of itself; then the whole report, a partial one, and the rest",
)
def always(folder: Path) -> Outcome:
    project = Project.fresh(folder / "project")
    sabotage(project)
    answer = project.run(*ALL)
    check(answer.status != 0, "Snakemake succeeds", answer.output)
    check("1 of 3 trainings are missing" in answer.output and "PARTIAL=1" in answer.output, "no advice", answer.output)
    check((project.folder_of("lenet5__pooling=max") / "metrics.json").exists(), "the others were not trained")
    project.run("--config", "partial=True", *ALL).succeeded()
    page = project.results / "report/index.html"
    check(MISSING in " ".join(page.read_text("utf-8").split()), "the page does not name what is missing")
    (project.folder / TRAIN).write_bytes((ROOT / TRAIN).read_bytes())
    project.run(*ALL).succeeded()
    check("Partial report" not in page.read_text("utf-8"), "the whole report says that it is partial")
    project.is_undisturbed()
    return Outcome(
        1, "the others are trained, and the end says how to go on; the partial report names it; later the same bytes"
    )


def sabotage(project: Project) -> None:
    """Let one run's script kill itself."""
    path = project.folder / TRAIN
    begin = "    run_id, seed = job.wildcards.run_id, int(job.wildcards.seed)\n"
    deadly = begin + '    if run_id == "fc":\n        __import__("os").kill(__import__("os").getpid(), 9)\n'
    text = path.read_text(encoding="utf-8")
    check(begin in text, "the script is not as this fault expects it")
    path.write_text(text.replace(begin, deadly), encoding="utf-8")


@fault("A partial report of nothing", "asked for before any run is finished")
def of_nothing(folder: Path) -> Outcome:
    project = Project.fresh(folder / "project")
    project.run("--config", "partial=True", *ALL).failed("Error: partial is true, and no run is finished")
    check(not project.results.exists(), "something is written")
    return Outcome(1, "one sentence, nothing is written")
