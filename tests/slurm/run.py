"""The workflow through profiles/slurm and profiles/generic, on a real Slurm of one machine: make test-slurm.

Needs root on Debian or Ubuntu, for it installs slurm-wlm and munge where they are missing. In
a copy of the project with three runs it checks that every training, and nothing else, went
through sbatch with the GPUs, memory, CPUs and time that the rule declares; and that a training
that asks for a GPU without CUDA fails with its sentence, after retries that each ask for more.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml
from cluster import running

PROJECT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", ".snakemake", "results", "reference", "*_cache", "__pycache__")
EXPERIMENTS = ("fully_connected", "pooling")
RUNS = {"fc", "lenet5", "lenet5__pooling=max"}
QUICK = ["--configfile", "config.yaml", "config.quick.yaml", "--latency-wait", "5"]
# Without accounting only squeue knows a job's state; and a test need not wait as long as the profile does.
SLURM = ["--workflow-profile", "profiles/slurm", "--slurm-status-command", "squeue"]
SLURM += ["--slurm-init-seconds-before-status-checks", "5", "--slurm-no-account"]
GENERIC = ["--workflow-profile", "profiles/generic"]


@dataclass(frozen=True)
class Request:
    """What one training asks for: by its rule, as Snakemake logs it, or of Slurm."""

    cpus: int
    mem_mb: int
    minutes: int
    gpus: int


class Copy:
    """A copy of the project that has few runs, and a Slurm to run them on."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        shutil.copytree(PROJECT, folder, ignore=NOT_COPIED)
        path = folder / "config.yaml"
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        config["experiments"] = {name: config["experiments"][name] for name in EXPERIMENTS}
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        # The copy's own package, not the installed one, must decide, also in the jobs.
        paths = [str(folder), *filter(None, [environment.get("PYTHONPATH")])]
        self.environment = {**environment, "PYTHONPATH": os.pathsep.join(paths)}
        self._seen: set[str] = set()

    def snakemake(self, *arguments: str) -> tuple[int, str]:
        """Run Snakemake; return its exit status and all that it printed."""
        command = [sys.executable, "-m", "snakemake", *QUICK, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=1200
        )
        return done.returncode, done.stdout + done.stderr

    def new_jobs(self) -> list[dict[str, str]]:
        """Return what Slurm knows of each job that was submitted since the last call."""
        answer = subprocess.run(
            ["scontrol", "--oneliner", "show", "jobs"], env=self.environment, capture_output=True, text=True, check=True
        )
        jobs = [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in answer.stdout.splitlines() if "JobId=" in line]
        found = [job for job in jobs if job["JobId"] not in self._seen]
        self._seen |= {job["JobId"] for job in found}
        return found


def declared(output: str) -> list[Request]:
    """Read from Snakemake's log what each try of `train` asks for."""
    found = []
    for block in re.findall(r"^rule train:\n((?: {4}.*\n)+)", output, re.MULTILINE):
        if "reason: Forced execution" in block:
            continue  # the same once more, from the log of a failed job, where Snakemake runs inside it
        (line,) = re.findall(r"^ {4}resources: (.*)$", block, re.MULTILINE)
        resources = dict(re.findall(r"(\w+)=([^,\s]+)", line))
        threads = re.search(r"^ {4}threads: (\d+)$", block, re.MULTILINE)
        found.append(
            Request(
                cpus=int(threads[1]) if threads else 1,  # one thread is not logged
                mem_mb=int(resources["mem_mb"]),
                minutes=int(resources["runtime"]),
                gpus=int(resources["gpu"]),
            )
        )
    return found


def requested(job: dict[str, str]) -> Request:
    """Read from `scontrol show job` what a job asked for."""
    hours, minutes, seconds = map(int, job["TimeLimit"].split(":"))
    gpus = re.search(r"gres:gpu:(\d+)", job.get("TresPerJob", ""))
    memory = re.fullmatch(r"([\d.]+)([MG])", job["MinMemoryNode"])
    assert memory, job["MinMemoryNode"]
    assert seconds == 0
    return Request(
        cpus=int(job["NumCPUs"]),
        mem_mb=round(float(memory[1]) * {"M": 1, "G": 1024}[memory[2]]),
        minutes=60 * hours + minutes,
        gpus=int(gpus[1]) if gpus else 0,
    )


def check(fact: bool, words: str, output: str) -> None:
    """Say that a fact holds, or stop with Snakemake's own words."""
    if not fact:
        raise SystemExit(f"FAILED: {words}\n--- Snakemake said:\n{output[-8000:]}")
    print(f"ok: {words}", flush=True)


def check_whole_report(copy: Copy, profile: list[str], results: str) -> None:
    status, output = copy.snakemake(*profile, "--config", f"results={results}")
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


def check_gpu_and_retries(copy: Copy, profile: list[str], results: str) -> None:
    target = f"{results}/runs/fc/seed=0/metrics.json"
    status, output = copy.snakemake(*profile, "--config", f"results={results}", "device=cuda", "--", target)
    check(status != 0, f"{profile[1]}: device: cuda without CUDA fails", output)
    log = (copy.folder / results / "logs/train/fc/seed=0.log").read_text(encoding="utf-8")
    check("cuda" in log and "Traceback" in log, "the training's own log says why", log + output)
    jobs = copy.new_jobs()
    asked, rule = sorted(map(requested, jobs), key=lambda r: r.mem_mb), declared(output)
    check(len(jobs) == 3, "it was tried three times, each a job of its own", f"{len(jobs)} jobs\n{output}")
    check(asked == rule, f"Slurm was asked for what the rule declares: {asked}", f"{rule}\n{output}")
    check({request.gpus for request in asked} == {1}, "one GPU each", output)
    check({job["Requeue"] for job in jobs} == {"1"}, "what Slurm stops is requeued", output)
    memory, minutes = [request.mem_mb for request in asked], [request.minutes for request in asked]
    check(memory == [memory[0] * k for k in (1, 2, 3)], f"each try asked for more memory: {memory}", output)
    check(minutes == [minutes[0] * k for k in (1, 2, 3)], f"and more time: {minutes}", output)


def install_slurm() -> None:
    """Install Debian's Slurm and munge where they are missing; nothing of it is started."""
    if all(shutil.which(name) for name in ("munged", "slurmctld", "slurmd", "sbatch")):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    packages = ["slurm-wlm", "munge"]
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], env=environment, check=True
    )


def main() -> None:
    if os.geteuid() != 0:
        raise SystemExit("Error: this test starts Slurm's daemons and needs root; run it in a container.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the daemons are stopped then, too
    install_slurm()
    with tempfile.TemporaryDirectory(prefix="fmnist-slurm-") as name, running(Path(name) / "slurm") as environment:
        copy = Copy(Path(name) / "project", environment)
        try:
            check_whole_report(copy, SLURM, "results/slurm")
            check_gpu_and_retries(copy, SLURM, "results/slurm_cuda")
            check_whole_report(copy, GENERIC, "results/generic")
            check_gpu_and_retries(copy, GENERIC, "results/generic_cuda")
        except SystemExit:
            for log in sorted(copy.folder.glob("results/logs/**/*.log")):  # what Slurm caught of failed jobs
                print(f"--- {log.relative_to(copy.folder)}\n{log.read_text(encoding='utf-8')[-3000:]}")
            raise
    print("Slurm: all as it should be.")


if __name__ == "__main__":
    main()
