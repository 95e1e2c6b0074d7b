"""The order in which trainings start."""

from builders import run_config

from fmnist.plan.cost import work


def test_work_is_the_multiplications_of_the_layers_times_the_epochs() -> None:
    # The products of section 2's networks, written out; 20 epochs.
    assert work(run_config(model="fc")) == 20 * (784 * 512 + 512 * 10)
    lenet5 = 784 * 25 * 6 + 100 * 25 * 6 * 16 + 25 * 16 * 120 + 120 * 84 + 84 * 10
    assert work(run_config()) == 20 * lenet5


def test_the_wide_networks_are_the_most_work() -> None:
    wide = work(run_config(channels=[32, 64, 256]))
    assert wide > work(run_config(epochs=100)) > work(run_config()) > work(run_config(epochs=19))
