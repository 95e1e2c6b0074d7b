"""One training of a sweep by Hydra: logistic regression by SGD on the 1,500 images of tests/sample.

pip install hydra-core scikit-learn pandas
cd examples/hydra_sweep
python sweep.py --multirun 'seed=range(0,10)' model.alpha=0.0001,0.001,0.01 model.average=false,true
python collect.py multirun results.csv
"""

import gzip
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import hydra
import numpy as np
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from sklearn.linear_model import SGDClassifier

SAMPLE = Path(__file__).resolve().parents[2] / "tests/sample"


@dataclass
class Model:
    """The settings of a classifier."""

    alpha: float = 0.0001  # factor of the L2 penalty
    average: bool = False  # whether to predict with the mean of the weights over all steps


@dataclass
class Config:
    """A run."""

    seed: int = 0
    model: Model = field(default_factory=Model)


ConfigStore.instance().store(name="config", node=Config)


def images_and_labels(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels [n, 784] in 0..1 and the labels [n] of a part of the sample: train or t10k."""
    images, labels = (
        gzip.decompress((SAMPLE / f"{part}-{kind}-ubyte.gz").read_bytes()) for kind in ("images-idx3", "labels-idx1")
    )
    pixels = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 784) / 255
    return pixels, np.frombuffer(labels, np.uint8, offset=8)


@hydra.main(version_base=None, config_name="config")
def main(config: Config) -> None:
    """Train with one seed and write metrics.json beside Hydra's own record of the run."""
    started = time.perf_counter()
    classifier = SGDClassifier(
        loss="log_loss", alpha=config.model.alpha, average=config.model.average, random_state=config.seed
    ).fit(*images_and_labels("train"))
    metrics = {
        "train/acc": classifier.score(*images_and_labels("train")),
        "test/acc": classifier.score(*images_and_labels("t10k")),
        "fit_seconds": round(time.perf_counter() - started, 3),
    }
    folder = Path(HydraConfig.get().runtime.output_dir)
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")


if __name__ == "__main__":
    main()
