# Where the project is, and its package made importable, for this process and for every job.

import os
import sys
from pathlib import Path


def project_folder():
    """The folder above workflow/; of a module on GitHub or GitLab, a clone of its commit."""
    rules = workflow.current_basedir
    if hasattr(rules, "hosted_repo"):
        return cloned(rules.hosted_repo.repo, rules.ref)
    return Path(rules).parents[1]


def cloned(repository, ref):
    """A clone at one commit: Snakemake itself fetches single files, and a report needs folders."""
    commit = repository.commit(ref).hexsha
    folder = Path(f".snakemake/fmnist/{commit}").resolve()
    if not folder.exists():
        unfinished = folder.with_suffix(f".{os.getpid()}")
        repository.clone(unfinished).git.checkout("--quiet", commit)
        unfinished.rename(folder)
    return folder


def put_first(path, paths):
    return [path, *(other for other in paths if other and other != path)]


BASE = project_folder()
# An installed fmnist may be of another version.
sys.path[:] = put_first(str(BASE), sys.path)
inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
os.environ.update(PYTHONPATH=os.pathsep.join(put_first(str(BASE), inherited)))


def here(path):
    """A file of the project, relative to where Snakemake runs: a moved project stays up to date."""
    return os.path.relpath(BASE / path)
