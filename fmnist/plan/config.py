"""The keys of config.yaml: each declared once, with its type, bounds, default and a line of help."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from fmnist.common.errors import ConfigError
from fmnist.common.validation import STRICT, checked, choices, shown
from fmnist.training.settings import MODELS, CommonSettings, RunSettings

PROJECT_FOLDERS = (
    *("benchmarks", "config", "containers", "docs", "examples", "fmnist"),
    *("profiles", "reference", "report", "tests", "workflow"),
)
REPORT_FIGURES = ("classes", "confusion", "fc_network", "lenet5_network", "reported_vs_replicated", "verdicts")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
PERIODIC = re.compile(r"(.+?)\1{19}$")  # Snakemake takes such a name for an endless recursion


def is_periodic(name: str) -> bool:
    """Return whether a name ends in twenty repeats, such as twenty zeros: Snakemake refuses it as a wildcard."""
    return name.count(name[-1:]) >= 20 and PERIODIC.search(name) is not None


def _text(max_length: int, pattern: str, expected: str) -> Any:
    return Field(max_length=max_length, pattern=pattern, json_schema_extra={"expected": expected})


def _name(marks: str, said: str) -> Any:
    expected = f"a name of at most 100 letters, {said}, with a letter or digit at both ends"
    return _text(100, rf"^[A-Za-z0-9]([A-Za-z0-9{marks}]*[A-Za-z0-9])?$", expected)


def _from_command_line(seeds: Any) -> Any:
    # Snakemake passes `--config 'seeds=[0,1]'` as a list of texts.
    texts = isinstance(seeds, list) and all(isinstance(seed, str) and seed.isdecimal() for seed in seeds)
    return [int(seed) for seed in seeds] if texts else seeds


def _printable(text: str) -> str:
    if not text.strip() or CONTROL_CHARACTERS.search(text):
        raise ValueError("the text is blank or has control characters; expected readable text")
    return text


DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)  # package.module:Net
_STEP = "[A-Za-z0-9_][A-Za-z0-9_.-]*"  # of a path
Text = Annotated[
    str,
    Field(max_length=2000, json_schema_extra={"expected": "text of 1 to 2,000 characters"}),
    AfterValidator(_printable),
]
Folder = Annotated[str, _text(1000, r"^[^\x00-\x1f\x7f]+$", "the path of a folder, of at most 1,000 characters")]
OwnDataset = Annotated[str, _text(1000, r"^[^\x00-\x1f\x7f]*/[^\x00-\x1f\x7f]*$", 'a folder such as "data/digits"')]
ResultsFolder = Annotated[
    str,
    _text(200, rf"^{_STEP}(/{_STEP})*$", 'a folder below this one, in letters, digits, "_", "-", "." and "/"'),
]
Section = Annotated[str, _text(20, r"^[0-9]+(-[0-9]+)*$", 'a section of the original, in quotes, such as "4-2-1"')]
ExperimentName = Annotated[str, _name("_.-", 'digits, "_", "-" and "."')]
CaseName = Annotated[str, _name(" _.+-", 'digits, spaces, "_", "-", "." and "+"')]
SeedCount = Annotated[int, Field(ge=1, le=10_000)]
Seed = Annotated[int, Field(ge=0, le=4_294_967_295)]
SeedList = Annotated[list[Seed], BeforeValidator(_from_command_line), Field(min_length=1)]


class _Declared(BaseModel):
    model_config = ConfigDict(**STRICT, frozen=True)


class DataConfig(_Declared):
    """Which images, and where they are."""

    folder: Folder | None = Field(None, description="folder of the four files; null: found or downloaded")
    dataset: Literal["fashion_mnist", "mnist", "kmnist", "sample"] | OwnDataset = Field(
        "fashion_mnist",
        description="fashion_mnist, mnist, kmnist: 70,000 images each; sample: tests/sample; a folder: its files",
        json_schema_extra={"formerly": "checksums"},
    )

    @model_validator(mode="after")
    def _one_folder(self) -> "DataConfig":
        if "/" in self.dataset and self.folder is not None:
            raise ValueError("folder is given and dataset is a folder; expected one of them")
        return self


class ReportConfig(_Declared):
    """What the report is called."""

    title: Text = Field("Fashion-MNIST classification, replicated", description="title of the report")
    folder: Folder = Field("report", description="folder of reported.yaml, claims.yaml and sections/")
    compare_claims: dict[CaseName, Folder] = Field(
        {}, description="claims.csv files of the same claims on other data or runs, by the title of their column"
    )
    banner: Text | None = Field(None, description="a sentence on every page, such as that the numbers mean nothing")


class ExperimentConfig(_Declared):
    """One comparison of the report."""

    section: Section | None = Field(
        None, description="the section of the original that it replicates, or follows on from"
    )
    title: Text = Field(description="its heading")
    extension: bool = Field(False, description="whether the original did not run it")
    max_seeds: SeedCount | None = Field(
        None, description="how many of the seeds to take, the first ones", json_schema_extra={"formerly": "most_seeds"}
    )
    set: dict[str, Any] = Field({}, description="settings that all its runs share")
    sweep: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        {}, description="values of a setting, one run each; of several settings, their grid"
    )
    cases: dict[CaseName, dict[str, Any]] = Field(
        {}, description="in place of a sweep: runs by name, each with its own settings over `set`"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> "ExperimentConfig":
        check_points(self.set, self.sweep, self.cases)
        return self


def check_points(shared: Mapping[str, Any], sweep: Mapping[str, Any], cases: Mapping[str, Any]) -> None:
    """Raise ValueError where an experiment sweeps what it sets, or has both a sweep and cases."""
    if sweep and cases:
        raise ValueError("sweep and cases are both given; expected one of them")
    if twice := [key for key in sweep if key in shared]:
        raise ValueError(f"{twice[0]} is in both set and sweep; expected it in one of them")


class Config(_Declared):
    """Everything that config.yaml can say."""

    results: ResultsFolder = Field("results", description="folder of everything that is generated")
    seeds: SeedCount | SeedList | Literal["reused"] = Field(
        3,
        description="how many seeds, or a list of them; reused: each run those of the folder reuse. "
        "Verdicts need three, the original ran one",
    )
    extensions: bool = Field(False, description="also run the experiments that the original did not run")
    partial: bool = Field(False, description="train nothing that is missing, and report on the runs that are there")
    reuse: Folder | None = Field(None, description="a folder like reference/, whose runs are not trained again")
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="auto: the GPU where Snakemake grants one; cuda: demand it"
    )
    engine: Literal["auto", "native", "torch", "graph"] = Field(
        "auto",
        description="auto: our own CPU kernels where they can be built, else torch; "
        "graph: torch in CUDA graphs, never run on a GPU so far",
    )
    data: DataConfig = Field(DataConfig(), description="the images")
    report: ReportConfig = Field(ReportConfig(), description="the report")
    defaults: dict[str, Any] = Field({}, description="settings of every run that no experiment changes")
    models: dict[str, dict[str, Any]] = Field({}, description="settings of one network's runs")
    experiments: dict[ExperimentName, ExperimentConfig] = Field(
        min_length=1, description="the comparisons of the report, by name"
    )

    @model_validator(mode="after")
    def _check(self) -> "Config":
        if self.results.split("/")[0] in PROJECT_FOLDERS or ".." in self.results:
            raise ValueError(f"results is {self.results!r}; expected a folder that is not the project's own")
        if self.seeds == "reused" and self.reuse is None:
            raise ValueError("seeds is 'reused' and reuse is null; expected the folder whose runs are reused")
        if self.engine == "graph" and self.device == "cpu":
            raise ValueError("engine is 'graph' and device is 'cpu'; expected device: auto or cuda, or another engine")
        if isinstance(self.seeds, list) and len(set(self.seeds)) < len(self.seeds):
            raise ValueError("seeds has a seed twice; expected each once")
        _check_experiment_names(self.experiments)
        return self

    def seed_list(self) -> list[int]:
        """Return the seeds: the list, or 0..n-1 where it is a number. Reused runs have those of their folder."""
        assert self.seeds != "reused"
        return list(self.seeds) if isinstance(self.seeds, list) else list(range(self.seeds))

    def network_defaults(self, model: str) -> RunSettings:
        """Return the settings of a network's run that no experiment changes. Raises ValidationError."""
        return MODELS[model](**{**self.common_defaults, **self.models.get(model, {})})

    @property
    def common_defaults(self) -> dict[str, Any]:
        """The defaults of both networks' runs."""
        return {key: value for key, value in self.defaults.items() if key != "model"}

    @property
    def default_model(self) -> Any:
        """The network of a run that does not name one."""
        return self.defaults.get("model", "lenet5")


def _check_experiment_names(names: Iterable[str]) -> None:
    """Refuse names that Snakemake, the report or a file system that ignores capitals would confuse."""
    seen: dict[str, str] = {}
    for name in names:
        if name.lower() in REPORT_FIGURES:
            raise ValueError(f"experiments has the name {name!r}, which is a figure of the report; expected another")
        if ".." in name or is_periodic(name):
            raise ValueError(
                f"experiments has the name {name!r}; expected one without '..' or twenty repeats at its end"
            )
        if (other := seen.setdefault(name.lower(), name)) != name:
            raise ValueError(
                f"experiments has the names {other!r} and {name!r}; expected names that differ in more than capitals"
            )


def read_config(document: Mapping[str, Any], name: str = "config.yaml") -> Config:
    """Check a whole config, the defaults of both networks included; `name` begins every message.

    Leaves out experiments that are null, so that a second config file can remove one of the first.
    Raises ConfigError for the first fault.
    """
    if isinstance(document, Mapping) and isinstance(experiments := document.get("experiments"), Mapping):
        kept = {key: entry for key, entry in experiments.items() if entry is not None}
        document = {**document, "experiments": kept}
    config = checked(Config, document, name)
    checked(CommonSettings, config.common_defaults, name, ["defaults"])
    network(config.default_model, f"{name}: defaults.model")
    for model in config.models:
        network(model, f"{name}: a key of models")
    for model, kind in MODELS.items():
        checked(kind, {**config.common_defaults, **config.models.get(model, {})}, name, ["models", model])
    return config


def network(model: Any, place: str) -> type[RunSettings]:
    """Return the class of a network's settings. Raises ConfigError where there is no such network."""
    if isinstance(model, str) and ":" in model and model not in MODELS:
        join_own(model, place)
    if not isinstance(model, str) or model not in MODELS:
        raise ConfigError(f"{place} is {shown(model)}; expected {choices(str(model), MODELS)}.")
    return MODELS[model]


def join_own(model: str, place: str) -> Path:
    """Import a network by its dotted path; return its source file. Raises ConfigError for a fault."""
    from fmnist.training.own_networks import join  # here, since nothing else imports anybody's code

    if not DOTTED.fullmatch(model):
        raise ConfigError(f"{place} is {shown(model)}; expected {', '.join(MODELS)}, or package.module:Net.")
    try:
        return join(model)
    except ConfigError as error:
        raise ConfigError(f"{place} is {model!r}: {error}") from None


def resolved(config: Config) -> dict[str, Any]:
    """Return a config as plain values, with every default filled in except in its experiments."""
    plain = config.model_dump(mode="json", exclude={"experiments"})
    plain["defaults"] = {"model": config.default_model, **asdict(CommonSettings(**config.common_defaults))}
    shared = plain["defaults"].items()
    networks = {model: config.network_defaults(model).settings() for model in MODELS}
    plain["models"] = {
        model: {key: value for key, value in settings.items() if key != "model" and (key, value) not in shared}
        for model, settings in networks.items()
    }
    plain["experiments"] = {
        key: entry.model_dump(mode="json", exclude_unset=True) for key, entry in config.experiments.items()
    }
    return plain
