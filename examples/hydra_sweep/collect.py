"""Collect a folder of Hydra runs into one table, a row a run: python collect.py multirun results.csv"""

import json
import sys
from pathlib import Path

import pandas as pd
from omegaconf import OmegaConf


def collect(folder: Path) -> pd.DataFrame:
    """Return the settings and metrics of every run below a folder."""
    configs = sorted(folder.rglob(".hydra/config.yaml"))
    rows = [
        {**OmegaConf.to_container(OmegaConf.load(path)), **json.loads((path.parents[1] / "metrics.json").read_text())}
        for path in configs
    ]
    return pd.json_normalize(rows).sort_values(["model.alpha", "model.average", "seed"])


if __name__ == "__main__":
    collect(Path(sys.argv[1])).to_csv(sys.argv[2], index=False)
