"""A Slurm of one machine, for a test: munged, slurmctld and slurmd in a folder of their own.

Outside the folder there is one thing, for as long as the test runs: a link at /etc/slurm/slurm.conf,
without which srun inside a job would not find this Slurm (the plugin drops SLURM_CONF there).
A machine that has a Slurm of its own is left alone.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

DEFAULT_CONFIGURATION = Path("/etc/slurm/slurm.conf")
CPUS, MEMORY = 4, 16_000  # as Slurm is told, whatever the machine has: nothing is measured or enforced

# Without cgroups, which a container lacks, and without accounting, which wants a database.
# MinJobAge: how long finished jobs can still be asked about. JobRequeue=0: only who asks is requeued.
# SlurmdTimeout: after how many silent seconds a node is dead.
SLURM_CONF = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={daemon}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
GresTypes=gpu
MinJobAge=3600
SlurmdTimeout=30
JobRequeue=0
ReturnToService=2
SlurmdParameters=config_overrides
MailProg=/bin/true
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:1
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
GRES_CONF = "NodeName={host} Name=gpu File=/dev/null\n"  # a GPU that can be handed out, and nothing else
MUNGE_FILES = [f"--{name}-file={{0}}/munge.{name}" for name in ("key", "pid", "log", "seed")]
COMMANDS = (
    ("munged", "--foreground", "--force", "--socket={0}/munge.socket", *MUNGE_FILES),
    ("slurmctld", "-D"),
    ("slurmd", "-D"),
)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[dict[str, str]]:
    """Run a Slurm in a folder; yield the environment in which its commands find it.

    Whatever happens inside, all jobs are cancelled and all daemons stopped in the end.
    """
    if DEFAULT_CONFIGURATION.is_symlink() or DEFAULT_CONFIGURATION.exists():
        raise SystemExit(f"Error: {DEFAULT_CONFIGURATION} exists: this machine has a Slurm; run the test on another.")
    _write_configuration(folder)
    environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
    with contextlib.ExitStack() as stack:
        DEFAULT_CONFIGURATION.symlink_to(folder / "slurm.conf")
        stack.callback(DEFAULT_CONFIGURATION.unlink)
        for command in COMMANDS:
            stack.enter_context(daemon([part.format(folder) for part in command], environment, folder))
            time.sleep(1)  # each needs the one before it
        _wait_for_idle_node(environment, folder)
        try:
            yield environment
        finally:
            subprocess.run(["scancel", "--user=root"], env=environment, check=False, timeout=60)
            time.sleep(2)  # slurmd ends what the cancelled jobs have started


def _write_configuration(folder: Path) -> None:
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    host = socket.gethostname().split(".")[0]
    controller, daemon = _free_ports(2)
    (folder / "slurm.conf").write_text(
        SLURM_CONF.format(folder=folder, host=host, controller=controller, daemon=daemon, cpus=CPUS, memory=MEMORY)
    )
    (folder / "gres.conf").write_text(GRES_CONF.format(host=host))


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def daemon(arguments: list[str], environment: dict[str, str], folder: Path) -> Iterator[None]:
    """Run a daemon until the end of the body."""
    with (folder / f"{arguments[0]}.out").open("wb") as stream:
        process = subprocess.Popen(arguments, env=environment, stdout=stream, stderr=stream)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def crash_node(folder: Path, environment: dict[str, str], job: str) -> None:
    """Kill slurmd, and all that it runs for a job, as a power cut would."""
    command = ["scontrol", "listpids", job]
    lines = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    running = {int(pid) for pid in (line.split()[0] for line in lines[1:] if line.strip()) if pid != "-1"}
    steps = {int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in running} - running
    # Stop all first, so that none reports the death of another.
    for deed in (signal.SIGSTOP, signal.SIGKILL):
        for pid in (int((folder / "slurmd.pid").read_text()), *steps, *running):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, deed)


def _wait_for_idle_node(environment: dict[str, str], folder: Path) -> None:
    for _ in range(60):
        answer = subprocess.run(
            ["sinfo", "--noheader", "--format=%T"], env=environment, capture_output=True, text=True, check=False
        )
        if answer.stdout.strip() == "idle":
            return
        time.sleep(1)
    logs = "\n".join(f"--- {log.name}\n{log.read_text()[-2000:]}" for log in sorted(folder.glob("*.log")))
    raise RuntimeError(f"Slurm did not start: {answer.stdout}{answer.stderr}\n{logs}")
