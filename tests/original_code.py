"""The original's code: its two networks and its training loop."""

from types import SimpleNamespace

import torch
from torch import Tensor, nn

from fmnist.training.dataset import Dataset
from fmnist.training.randomness import shuffling_generator, stream_seed
from fmnist.training.settings import RunSettings


class OriginalFC(nn.Module):
    """The original's code of section 2-1."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, 512)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(512, 10)
        torch.nn.init.xavier_uniform_(self.fc1.weight)
        torch.nn.init.xavier_uniform_(self.fc2.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc1(x.reshape(x.shape[0], -1))
        x = self.relu(x)
        return self.fc2(x)


class OriginalLeNet5(nn.Module):
    """The original's code of section 2-2, with its names."""

    def __init__(self, config: RunSettings) -> None:
        super().__init__()
        own = SimpleNamespace(**config.settings())
        first, second, third = own.channels
        self.con1 = nn.Conv2d(1, first, kernel_size=5, stride=1, padding=2)
        self.con2 = nn.Conv2d(first, second, kernel_size=5, stride=1)
        self.con3 = nn.Conv2d(second, third, kernel_size=5, stride=1)
        self.use_batchnormflag = own.batch_norm
        self.batchnorm1 = nn.BatchNorm2d(first)
        self.batchnorm2 = nn.BatchNorm2d(second)
        self.batchnorm3 = nn.BatchNorm2d(third)
        self.activation_function = {"tanh": nn.Tanh(), "relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU()}[own.activation]
        self.pooling_layer = {"average": nn.AvgPool2d(2), "max": nn.MaxPool2d(2)}[own.pooling]
        self.fc1 = nn.Linear(third, 84)
        self.fc2 = nn.Linear(84, 10)
        self.dflag = own.dropout
        self.dropout = nn.Dropout(0.3)
        torch.nn.init.xavier_uniform_(self.fc1.weight)
        torch.nn.init.xavier_uniform_(self.fc2.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.con1(x)
        if self.use_batchnormflag:
            x = self.batchnorm1(x)
        x = self.activation_function(x)
        x = self.pooling_layer(x)
        x = self.con2(x)
        if self.use_batchnormflag:
            x = self.batchnorm2(x)
        x = self.activation_function(x)
        x = self.pooling_layer(x)
        x = self.con3(x)
        if self.use_batchnormflag:
            x = self.batchnorm3(x)
        x = self.activation_function(x)
        x = x.reshape(x.shape[0], -1)
        x = self.fc1(x)
        if self.dflag:
            x = self.dropout(x)
        x = self.activation_function(x)
        return self.fc2(x)


def original_loop(config: RunSettings, data: Dataset, seed: int) -> list[dict[str, float]]:
    """Train as the original's code does, with plain torch and the streams of our seeds."""
    torch.manual_seed(stream_seed(seed, "initialisation"))
    model = OriginalFC() if config.model == "fc" else OriginalLeNet5(config)
    torch.manual_seed(stream_seed(seed, "dropout"))
    softmax_exist = config.loss == "mse"
    network = nn.Sequential(model, nn.Softmax(1)) if softmax_exist else model
    losses = {"cross_entropy": nn.CrossEntropyLoss, "mse": nn.MSELoss, "multi_margin": nn.MultiMarginLoss}
    criterion = losses[config.loss]()
    kinds = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop}
    optimizer = kinds[config.optimizer](model.parameters(), lr=config.learning_rate)
    # A StepLR that never comes to its first step is no scheduler.
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=config.step_size or 10**9, gamma=0.9)
    shuffling = shuffling_generator(seed)
    history = []
    for _ in range(config.epochs):
        network.train()
        batches = torch.randperm(len(data.train_labels), generator=shuffling).split(config.batch_size)
        training_loss, correct = 0.0, 0
        for batch in batches:
            images, indices = data.train_images[batch], data.train_labels[batch]
            labels = nn.functional.one_hot(indices, 10).float() if softmax_exist else indices
            predictions = network(images)
            loss = criterion(predictions, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            training_loss += loss.item() / len(batches)
            correct += int((predictions.argmax(1) == indices).sum())
        network.eval()
        with torch.no_grad():
            outputs = network(data.test_images)
        history.append(
            {
                "train_loss": training_loss,
                "train_accuracy": correct / len(data.train_labels),
                "test_accuracy": int((outputs.argmax(1) == data.test_labels).sum()) / len(data.test_labels),
                "learning_rate": optimizer.param_groups[0]["lr"],
            }
        )
    return history
