"""Errors that are the user's to mend: each message is one sentence that says how."""


class FmnistError(Exception):
    """Any problem that a clear sentence explains better than a traceback."""


class ConfigError(FmnistError):
    """A configuration, claims or reported file that cannot be used as it stands."""


class DataError(FmnistError):
    """The data set, or a run's files, are missing or not what they should be."""


class DeviceError(FmnistError):
    """The device that the configuration demands cannot be had."""
