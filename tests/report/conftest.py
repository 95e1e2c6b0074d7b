"""Reports that several tests read, as Markdown."""

import pytest
from made_up_results import Results, shipped_config
from report_builders import text


@pytest.fixture(scope="session")
def one_seed(tmp_path_factory):
    return text(Results(tmp_path_factory.mktemp("one"), shipped_config()))


@pytest.fixture(scope="session")
def extended(tmp_path_factory):
    """All extensions, three seeds: large batches overfit only at equal epochs, max pooling hurts wide networks."""
    results = Results(tmp_path_factory.mktemp("extended"), shipped_config(seeds=[0, 1, 2], extensions=True))
    gaps = {"batch_size=10": 0.06, "batch_size=1280": 0.02, "batch_size=10__epochs=2": 0.02}
    for run, gap in {**gaps, "batch_size=1280__epochs=255": 0.10}.items():
        results.set_run(f"lenet5__{run}", generalization_gap=gap)
    for member in results.plan.experiments["combined_factors"].members:
        wide, pooled, leaky = (value in member.label for value in ("32x64x256", "max", "leaky"))
        accuracy = 0.90 + 0.01 * wide + 0.005 * pooled - 0.010 * (wide and pooled) + 0.004 * (wide and pooled and leaky)
        results.set_run(member.run_id, test_accuracy=accuracy)
    return text(results)


@pytest.fixture(scope="session")
def five_seeds(tmp_path_factory):
    """Max pooling is far ahead, dropout and SGD are far behind, all other runs are near the printed numbers."""
    results = Results(tmp_path_factory.mktemp("five"), shipped_config(seeds=[0, 1, 2, 3, 4]))
    means = {"lenet5": 0.89, "lenet5__pooling=max": 0.95, "lenet5__dropout=true": 0.86, "lenet5__optimizer=sgd": 0.7}
    for run_id, mean in means.items():
        results.set_run(run_id, test_accuracy=[mean + spread for spread in (-0.002, -0.001, 0.0, 0.001, 0.002)])
    return text(results)
