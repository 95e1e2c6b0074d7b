"""Tables of a folder of committed runs: read, or refused in a sentence."""

from pathlib import Path

import pytest

from fmnist.common.errors import DataError
from fmnist.runs.known_tables import read_known


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("run_id,seed\nfc,0\n", "lacks the column 'images'; allowed: run_id, seed, images"),
        ('run_id,seed,images\n"fc,0,1\n', "cannot be read"),
        ("", "cannot be read"),
        ("run_id,seed,images\nfc,0,1,2,3\nfc,0\nfc,1,1,1,1,1,1\n", "cannot be read"),
    ],
)
def test_a_table_that_a_person_broke_is_refused_in_a_sentence(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=fault):
        read_known(path, ("run_id", "seed", "images"), ("run_id",))


def test_a_written_table_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("run_id,seed,images\n12,0,5\n")
    assert read_known(path, ("run_id", "seed", "images"), ("run_id",)).to_dict("records") == [
        {"run_id": "12", "seed": 0, "images": 5}
    ]
