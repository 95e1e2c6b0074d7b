"""Errors that the user can fix: each message is one sentence that says how."""


class FmnistError(Exception):
    """A problem that one sentence explains better than a traceback."""


class ConfigError(FmnistError):
    """A file of configuration, of claims or of the original's numbers is wrong."""


class DataError(FmnistError):
    """The data set, or a file of a run, is missing or wrong."""


class DeviceError(FmnistError):
    """The device that the configuration names is not available."""
