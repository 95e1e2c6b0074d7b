"""The workflow through profiles/slurm and profiles/generic, on a real Slurm of one machine: make test-slurm.

Needs root on Debian or Ubuntu, for it installs slurm-wlm and munge where they are missing. In
a copy of the project with three runs it checks that every training, and nothing else, went
through sbatch with the GPUs, memory, CPUs and time that the rule declares; and that a training
that asks for a GPU without CUDA fails with its sentence, after retries that each ask for more. With
`all` (make test-slurm ARGS=all, ten minutes more): all trainings as one job, a training whose job is
cancelled, and one whose node dies.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cluster import running
from cluster_copy import ClusterCopy, check
from interruptions import check_cancelled_job, check_dead_node

RUNS = {"fc", "lenet5", "lenet5__pooling=max"}
# Without accounting only squeue knows a job's state; and a test need not wait as long as the profile does.
SLURM = ["--workflow-profile", "profiles/slurm", "--slurm-status-command", "squeue"]
SLURM += ["--slurm-init-seconds-before-status-checks", "5", "--slurm-no-account"]
GENERIC = ["--workflow-profile", "profiles/generic"]


class Request(NamedTuple):
    """What one training asks for: by its rule, as Snakemake logs it, or of Slurm."""

    cpus: int
    mem_mb: int
    minutes: int
    gpus: int


def declared(output: str) -> list[Request]:
    """Read from Snakemake's log what each try of `train` asks for."""
    found = []
    for block in re.findall(r"^rule train:\n((?: {4}.*\n)+)", output, re.MULTILINE):
        if "reason: Forced execution" in block:
            continue  # the same once more, from the log of a failed job, where Snakemake runs inside it
        numbers = {name: int(number) for name, number in re.findall(r"(threads|mem_mb|runtime|gpu)[=:] ?(\d+)", block)}
        cpus = numbers.get("threads", 1)  # one thread is not logged
        found.append(Request(cpus, numbers["mem_mb"], numbers["runtime"], numbers["gpu"]))
    return found


def requested(job: dict[str, str]) -> Request:
    """Read from `scontrol show job` what a job asked for."""
    hours, minutes, _ = map(int, job["TimeLimit"].split(":"))
    gpus = re.search(r"gres:gpu:(\d+)", job.get("TresPerJob", ""))
    memory, unit = float(job["MinMemoryNode"][:-1]), {"M": 1, "G": 1024}[job["MinMemoryNode"][-1]]
    return Request(int(job["NumCPUs"]), round(memory * unit), 60 * hours + minutes, int(gpus[1]) if gpus else 0)


def check_whole_report(copy: ClusterCopy, profile: list[str], results: str) -> None:
    status, output = copy.make(profile, "--config", f"results={results}")
    check(status == 0, f"{profile[1]}: everything was made", output)
    folder = copy.folder / results
    check((folder / "report/report.pdf").exists(), "the report is there", output)
    trained = {path.parent.parent.name for path in folder.glob("runs/*/seed=0/metrics.json")}
    check(trained == RUNS, f"the trainings are {', '.join(sorted(RUNS))}", output)
    jobs = copy.new_jobs()
    check(len(jobs) == len(RUNS), f"{len(RUNS)} jobs went through sbatch, and no local rule", output)
    check({job["JobState"] for job in jobs} == {"COMPLETED"}, "Slurm completed them all", output)
    asked, rule = Counter(map(requested, jobs)), Counter(declared(output))
    check(asked == rule, f"Slurm was asked for what the rule declares: {dict(asked)}", f"{dict(rule)}\n{output}")
    check({request.gpus for request in asked} == {0}, "without a GPU in the config none was asked for", output)


def check_gpu_and_retries(copy: ClusterCopy, profile: list[str], results: str) -> None:
    target = f"{results}/runs/fc/seed=0/metrics.json"
    status, output = copy.make(profile, "--config", f"results={results}", "device=cuda", "--", target)
    check(status != 0, f"{profile[1]}: device: cuda without CUDA fails", output)
    log = (copy.folder / results / "logs/train/fc/seed=0.log").read_text(encoding="utf-8")
    check("cuda" in log and "Traceback" in log, "the training's own log says why", log + output)
    jobs = copy.new_jobs()
    asked, rule = sorted(map(requested, jobs), key=lambda r: r.mem_mb), declared(output)
    check(len(jobs) == 3, "it was tried three times, each a job of its own", f"{len(jobs)} jobs\n{output}")
    check(asked == rule, f"Slurm was asked for what the rule declares: {asked}", f"{rule}\n{output}")
    check({request.gpus for request in asked} == {1}, "one GPU each", output)
    check({job["Requeue"] for job in jobs} == {"1"}, "what Slurm stops is requeued", output)
    for name, numbers in (("memory", [r.mem_mb for r in asked]), ("time", [r.minutes for r in asked])):
        check(numbers == [numbers[0] * k for k in (1, 2, 3)], f"each try asked for more {name}: {numbers}", output)


def check_groups(copy: ClusterCopy, profile: list[str], results: str, cpus: int) -> None:
    """All trainings as one job, as many at once as it has CPUs."""
    limits = ["--groups", "train=trainings", "--group-components", f"trainings={len(RUNS)}"]
    limits += ["--set-resources", "train:slot=1", "--resources", f"slot={cpus}", "--set-resource-scopes", "slot=local"]
    status, output = copy.make(profile, *limits, "--config", f"results={results}", "--", f"{results}/runs.csv")
    check(status == 0, f"{profile[1]}: {len(RUNS)} trainings were made as a group", output)
    jobs = copy.new_jobs()
    minutes = 240 * -(-len(RUNS) // cpus)
    expected = [Request(cpus, 2000 * cpus, minutes, 0)]
    check(
        list(map(requested, jobs)) == expected, f"they are one job, which asked for {expected[0]}", f"{jobs}\n{output}"
    )


def install_slurm() -> None:
    """Install Debian's Slurm and munge where they are missing; nothing of it is started."""
    if all(shutil.which(name) for name in ("munged", "slurmctld", "slurmd", "sbatch")):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "slurm-wlm", "munge"]
    for command in (["apt-get", "update", "-qq"], install):
        subprocess.run(command, env=environment, check=True)


def main() -> None:
    if os.geteuid() != 0:
        raise SystemExit("Error: this test starts Slurm's daemons and needs root; run it in a container.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the daemons are stopped then, too
    install_slurm()
    with tempfile.TemporaryDirectory(prefix="fmnist-slurm-") as name, running(Path(name) / "slurm") as environment:
        copy = ClusterCopy(Path(name) / "project", environment)
        for profile, results in ((SLURM, "results/slurm"), (GENERIC, "results/generic")):
            check_whole_report(copy, profile, results)
            check_gpu_and_retries(copy, profile, f"{results}_cuda")
        if sys.argv[1:] == ["all"]:
            check_groups(copy, SLURM, "results/slurm_group", cpus=1)
            check_groups(copy, GENERIC, "results/generic_group", cpus=2)
            check_cancelled_job(copy, SLURM, "results/cancelled")
            check_dead_node(copy, SLURM, "results/node", Path(name) / "slurm")
    print("Slurm: all as it should be.")


if __name__ == "__main__":
    main()
