"""The image recipes install what `make setup` installs, and both of them the same."""

import re

import pytest
from builders import ROOT

RECIPES = ("containers/Dockerfile", "containers/fmnist.def")
SETUP = (
    "$(INSTALL) --require-hashes -r $(if $(TORCH),$(VENV)/requirements.lock,requirements.lock)"  # TORCH: without CUDA
)
INSTALL = r"-m pip install .*?--require-hashes -r \S*requirements\.lock"


def read(path: str) -> str:
    """A recipe or the Makefile, each command on one line."""
    return re.sub(r"\s*\\\n\s*", " ", (ROOT / path).read_text("utf-8"))


def debian_packages(path: str) -> list[str]:
    (names,) = re.findall(r"apt-get install --yes --no-install-recommends ([^&\n]+)", read(path))
    return sorted(names.split())


@pytest.mark.parametrize("path", RECIPES)
def test_python_is_that_of_the_lock_file_and_all_packages_come_from_it_with_their_hashes_checked(path: str) -> None:
    assert SETUP in read("Makefile"), "make setup installs the lock file in another way now"
    assert re.search(INSTALL, read(path))
    assert read(path).count("pip install") == 1
    (locked,) = set(re.findall(r"--python-version (\S+)", read("Makefile")))
    assert {f"python{locked}", f"python{locked}-venv"} <= set(debian_packages(path))
    assert set(re.findall(r"python3\.\d+", read(path))) == {f"python{locked}"}


def test_both_recipes_start_alike_and_install_the_same_debian_packages() -> None:
    docker, apptainer = RECIPES
    (base,) = re.findall(r"^FROM (\S+)", read(docker), re.MULTILINE)
    assert re.findall(r"^From: (\S+)", read(apptainer), re.MULTILINE) == [base]
    assert debian_packages(docker) == debian_packages(apptainer)
