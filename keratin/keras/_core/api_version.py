"""The version of Keras whose API this is."""

API_VERSION = "3.15.1"


def version() -> str:
    """The version of Keras whose API this is, as programs that check it expect.

    >>> keras.version()
    '3.15.1'
    """
    return API_VERSION
