"""JAX in two forms, both with resident images and optax's Adam; neither is faster in every case.

The first compiles a scan over the steps of a block, with convolutions as products over unfolded
patches. The second compiles one step, called in a loop, with XLA's convolution. XLA's convolution
inside a scan is not included: on a CPU it took 3 to 10 times as long as patches (jaxlib 0.10.2).
"""

import time
from typing import Any

import jax  # type: ignore[import-not-found]
import jax.numpy as jnp  # type: ignore[import-not-found]
import numpy as np
import optax  # type: ignore[import-not-found]
from cases import Arrays
from torch import nn

from fmnist.training.settings import LeNet5Settings, RunSettings
from peers import Train
from peers.network import network

KERNEL = 5  # rows and columns of every convolution
ACTIVATIONS = {"tanh": jnp.tanh, "relu": jax.nn.relu, "leaky_relu": jax.nn.leaky_relu}


def build_scan(config: RunSettings, arrays: Arrays) -> Train:
    """Compile the training of a whole block: one program for each number of steps."""
    return scan(config, arrays, convolve_patches)


def build_scan_xla(config: RunSettings, arrays: Arrays) -> Train:
    """The same with XLA's convolution, for a GPU."""
    return scan(config, arrays, convolve_xla)


def scan(config: RunSettings, arrays: Arrays, convolve: Any) -> Train:
    step = step_of(config, convolve)

    def block(state: Any, order: Any, images: Any, labels: Any) -> Any:
        state, losses = jax.lax.scan(lambda state, batch: step(state, batch, images, labels), state, order)
        return state, losses.mean()

    return training(config, arrays, jax.jit(block, donate_argnums=0))


def build_steps(config: RunSettings, arrays: Arrays) -> Train:
    """Compile one step."""
    step = jax.jit(step_of(config, convolve_xla), donate_argnums=0)

    def block(state: Any, order: Any, images: Any, labels: Any) -> Any:
        losses = []
        for batch in order:
            state, loss = step(state, batch, images, labels)
            losses.append(loss)
        return state, jnp.stack(losses).mean()

    return training(config, arrays, block)


def training(config: RunSettings, arrays: Arrays, block: Any) -> Train:
    """Time `block`: (state, order [steps, batch], images, labels) -> (state, mean loss)."""
    images = jnp.asarray(arrays.images, jnp.float32)[..., None] / 255  # NHWC
    labels = jnp.asarray(arrays.labels, jnp.int32)
    parameters = initial_parameters(config)
    state = (parameters, optax.adam(config.learning_rate).init(parameters), initial_statistics(config))
    shuffling = np.random.default_rng(0)

    def train(steps: int) -> float:
        nonlocal state
        started = time.perf_counter()
        order = shuffling.permutation(len(labels))[: steps * config.batch_size].reshape(steps, config.batch_size)
        state, loss = block(state, order, images, labels)
        loss.block_until_ready()
        return time.perf_counter() - started

    return train


def step_of(config: RunSettings, convolve: Any) -> Any:
    """Return one training step: (state, batch's indices, images, labels) -> (state, loss)."""
    optimizer = optax.adam(config.learning_rate)

    def step(state: Any, batch: Any, images: Any, labels: Any) -> Any:
        parameters, moments, statistics = state
        gradient = jax.value_and_grad(loss_of, has_aux=True)
        (loss, statistics), grads = gradient(parameters, statistics, images[batch], labels[batch], config, convolve)
        updates, moments = optimizer.update(grads, moments)
        return (optax.apply_updates(parameters, updates), moments, statistics), loss

    return step


def loss_of(parameters: Any, statistics: Any, images: Any, labels: Any, config: RunSettings, convolve: Any) -> Any:
    logits, statistics = forward(parameters, statistics, images, config, convolve)
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean(), statistics


def forward(parameters: Any, statistics: Any, x: Any, config: RunSettings, convolve: Any) -> Any:
    """Return logits and the new running statistics of batch normalisation."""
    shape, activation = config, ACTIVATIONS[config.activation]
    updated = []
    if isinstance(shape, LeNet5Settings):
        for index, (padding, pool) in enumerate(((2, True), (0, True), (0, False))):
            x = convolve(x, parameters["convolutions"][index], padding)
            if shape.batch_norm:
                x, new = normalise(x, parameters["norms"][index], statistics[index])
                updated.append(new)
            x = halve(activation(x), shape.pooling) if pool else activation(x)
    (w1, b1), (w2, b2) = parameters["dense"]
    return activation(x.reshape(len(x), -1) @ w1 + b1) @ w2 + b2, updated


def convolve_xla(x: Any, layer: Any, padding: int) -> Any:
    """A 5x5 convolution by XLA."""
    weight, bias = layer
    pads = ((padding, padding),) * 2
    return jax.lax.conv_general_dilated(x, weight, (1, 1), pads, dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias


def convolve_patches(x: Any, layer: Any, padding: int) -> Any:
    """The same as one product over unfolded patches."""
    weight, bias = layer
    x = jnp.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    rows, columns = x.shape[1] - KERNEL + 1, x.shape[2] - KERNEL + 1
    offsets = [(i, j) for i in range(KERNEL) for j in range(KERNEL)]
    patches = jnp.concatenate([x[:, i : i + rows, j : j + columns] for i, j in offsets], axis=-1)
    return patches @ weight.reshape(-1, weight.shape[-1]) + bias


def normalise(x: Any, layer: Any, running: Any) -> Any:
    gamma, beta = layer
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    new = jax.lax.stop_gradient(jax.tree.map(lambda old, now: 0.9 * old + 0.1 * now, running, (mean, variance)))
    return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * gamma + beta, new


def halve(x: Any, pooling: str) -> Any:
    """Pool 2x2 by a reshape: XLA computes its gradient faster than that of a window."""
    n, rows, columns, channels = x.shape
    pairs = x.reshape(n, rows // 2, 2, columns // 2, 2, channels)
    return pairs.mean((2, 4)) if pooling == "average" else pairs.max((2, 4))


def initial_parameters(config: RunSettings) -> Any:
    """Return PyTorch's initial weights, transposed to JAX's layouts."""
    layers = list(network(config))
    convolutions = [arrays_of(x, (2, 3, 1, 0)) for x in layers if isinstance(x, nn.Conv2d)]
    dense = [arrays_of(x, (1, 0)) for x in layers if isinstance(x, nn.Linear)]
    norms = [arrays_of(x, (0,)) for x in layers if isinstance(x, nn.BatchNorm2d)]
    return {"convolutions": convolutions, "dense": dense, "norms": norms}


def arrays_of(layer: nn.Module, axes: tuple[int, ...]) -> Any:
    weight, bias = (parameter.detach().numpy() for parameter in layer.parameters())
    return jnp.asarray(weight.transpose(axes)), jnp.asarray(bias)


def initial_statistics(config: RunSettings) -> Any:
    norms = [layer for layer in network(config) if isinstance(layer, nn.BatchNorm2d)]
    return [(jnp.zeros(norm.num_features), jnp.ones(norm.num_features)) for norm in norms]
