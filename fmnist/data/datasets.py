"""The sets of images that `data.dataset` can name: one record each."""

from collections.abc import Mapping
from typing import NamedTuple

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

DIGITS = tuple("0123456789")

Checksums = Mapping[str, str]  # file name to SHA-256: of the archive where the name ends in .gz, else decompressed


class ImageSet(NamedTuple):
    """What the plan, the data rule and the report need to know of a set."""

    title: str
    classes: tuple[str, ...]  # by label
    training_images: int
    torchvision: str | None  # the class in torchvision.datasets with its mirrors and their MD5s
    checksums: Checksums | None  # None: nobody knows them


DATASETS: dict[str, ImageSet] = {
    "fashion_mnist": ImageSet(
        title="Fashion-MNIST",
        classes=CLASS_NAMES,
        training_images=60_000,
        torchvision="FashionMNIST",
        checksums={
            TRAIN_IMAGES: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            TRAIN_LABELS: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            TEST_IMAGES: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            TEST_LABELS: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
    ),
    # Checksums from github.com/tensorflow/datasets, tensorflow_datasets/url_checksums/mnist.txt.
    "mnist": ImageSet(
        title="MNIST",
        classes=DIGITS,
        training_images=60_000,
        torchvision="MNIST",
        checksums={
            f"{TRAIN_IMAGES}.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            f"{TRAIN_LABELS}.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            f"{TEST_IMAGES}.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            f"{TEST_LABELS}.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        },
    ),
    # Hiragana, by the names of torchvision's KMNIST.classes. Checksums from url_checksums/kmnist.txt there;
    # lib/torchvision/datasets/kmnist.rb of ankane/torchvision-ruby has the same.
    "kmnist": ImageSet(
        title="Kuzushiji-MNIST",
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        training_images=60_000,
        torchvision="KMNIST",
        checksums={
            f"{TRAIN_IMAGES}.gz": "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
            f"{TRAIN_LABELS}.gz": "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
            f"{TEST_IMAGES}.gz": "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
            f"{TEST_LABELS}.gz": "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        },
    ),
    "sample": ImageSet(
        title="a sample of Fashion-MNIST",
        classes=CLASS_NAMES,
        training_images=1_500,
        torchvision=None,
        checksums={
            TRAIN_IMAGES: "1fd0769cad235f8cfb0c3ed6f7e52fd005c4c50088f9dc43d52051ca70ecc672",
            TRAIN_LABELS: "3317de950899d958f766f29ecbead3f0364f40cd4fd0659d2ae0244c4fa5d0a2",
            TEST_IMAGES: "2d21a66061a3b427036e374ce16020084d6c16e7326778fc7619ae757e339d6c",
            TEST_LABELS: "2d62490fcb86123f5df16c7d51bad43abed7ade9e274bbfd0c7dbd6ae27a128d",
        },
    ),
}
