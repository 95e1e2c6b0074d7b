"""Keras 3: Sequential, compile and fit, on the backend that is asked for."""

import os
import time
from typing import Any

import numpy as np
from cases import Arrays

from fmnist.training.settings import FCSettings, LeNet5Settings, RunSettings
from peers import Train


def build_on_torch(config: RunSettings, arrays: Arrays) -> Train:
    """Keras on PyTorch, which likes its images channels first."""
    return build(config, arrays, "torch", "channels_first")


def build_on_jax(config: RunSettings, arrays: Arrays) -> Train:
    """Keras on JAX."""
    return build(config, arrays, "jax", "channels_last")


def build(config: RunSettings, arrays: Arrays, backend: str, layout: str) -> Train:
    os.environ["KERAS_BACKEND"] = backend  # read at the import below
    import keras  # type: ignore[import-not-found]

    keras.config.set_image_data_format(layout)
    images = np.expand_dims(arrays.images.astype(np.float32) / 255, 1 if layout == "channels_first" else -1)
    model = keras.Sequential([keras.Input(images.shape[1:]), *layers_of(config, keras.layers)])
    model.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate, epsilon=1e-8),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    clock = clock_of(keras)

    def train(steps: int) -> float:
        count = steps * config.batch_size
        labels = arrays.labels[:count]
        model.fit(images[:count], labels, batch_size=config.batch_size, shuffle=True, verbose=0, callbacks=[clock])
        return float(clock.seconds)

    return train


def layers_of(config: RunSettings, layers: Any) -> list[Any]:
    shape = config
    if isinstance(shape, FCSettings):
        return [layers.Flatten(), layers.Dense(shape.hidden_units, shape.activation), layers.Dense(10)]
    first, second, third = shape.channels
    pooling = {"average": layers.AveragePooling2D, "max": layers.MaxPooling2D}[shape.pooling]
    convolutions = [*stage(first, shape, layers, "same"), pooling(2), *stage(second, shape, layers), pooling(2)]
    dense = [layers.Dense(84, shape.activation), layers.Dense(10)]
    return [*convolutions, *stage(third, shape, layers), layers.Flatten(), *dense]


def stage(filters: int, shape: LeNet5Settings, layers: Any, padding: str = "valid") -> list[Any]:
    """Convolution, batch normalisation where the run has it, activation."""
    axis = 1 if layers.Conv2D(1, 1).data_format == "channels_first" else -1
    norm = [layers.BatchNormalization(axis, momentum=0.9, epsilon=1e-5)] if shape.batch_norm else []
    return [layers.Conv2D(filters, 5, padding=padding), *norm, layers.Activation(shape.activation)]


def clock_of(keras: Any) -> Any:
    """A callback that times an epoch, without what `fit` does before it."""

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        """Seconds from an epoch's begin to its end, when its mean loss is known."""

        seconds = 0.0

        def on_epoch_begin(self, *_: Any) -> None:
            self.started = time.perf_counter()

        def on_epoch_end(self, *_: Any) -> None:
            self.seconds = time.perf_counter() - self.started

    return Clock()
