"""The faults that need no Snakemake and few seconds; `make test-faults` injects all of them."""

from pathlib import Path

import pytest
from faults.run import BAD, BEGIN, END, FAULTS, PAGE, Fault


@pytest.mark.slow
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.fast], ids=lambda fault: fault.name)
def test_a_fault_ends_as_it_should(fault: Fault, tmp_path: Path) -> None:
    assert fault.inject(tmp_path) > 0


def test_the_page_tells_of_every_fault_and_all_ended_as_they_should() -> None:
    page = PAGE.read_text(encoding="utf-8")
    lines = page.split(BEGIN)[1].split(END)[0].splitlines()[2:]
    assert [line.split(" | ")[:2] for line in lines] == [[f"| {fault.name}", fault.inject.__doc__] for fault in FAULTS]
    assert BAD not in page
