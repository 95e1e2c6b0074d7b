"""The faults that need no Snakemake and few seconds; `make test-faults` injects all of them."""

from pathlib import Path

import pytest
from faults.registry import Fault, Outcome
from faults.run import BEGIN, END, FAULTS, PAGE, row


@pytest.mark.slow
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.fast], ids=lambda fault: fault.name)
def test_a_fault_ends_as_it_should(fault: Fault, tmp_path: Path) -> None:
    assert fault.inject(tmp_path).times > 0


def test_the_page_tells_of_every_fault_and_all_ended_as_they_should() -> None:
    page = PAGE.read_text(encoding="utf-8")
    lines = page.split(BEGIN)[1].split(END)[0].splitlines()[2:]
    assert [line.split(" | ")[:2] for line in lines] == [[f"| {fault.name}", fault.how] for fault in FAULTS]
    assert "not as it should be" not in page


def test_a_line_tells_what_is_not_as_it_should_be() -> None:
    fault = Fault("A | fault", "by hand", lambda folder: Outcome(0, ""), fast=True)
    assert row(fault, Outcome(3, "fine")) == "| A \\| fault | by hand | 3 | fine |"
    assert row(fault, "Traceback") == "| A \\| fault | by hand | 1 | **not as it should be** |"
