"""What every test and every docstring example finds in place."""

from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="session")
def tf() -> Any:
    """The package under test, as users import it."""
    import keratin

    return keratin


@pytest.fixture(autouse=True)
def _names_of_examples(request: pytest.FixtureRequest) -> None:
    """Docstring examples find `tf` and `np` defined."""
    if isinstance(request.node, pytest.DoctestItem):
        namespace = request.getfixturevalue("doctest_namespace")
        namespace["np"] = np
        namespace["tf"] = request.getfixturevalue("tf")
