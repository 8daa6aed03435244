"""The root namespace."""

import subprocess
import sys


def test_importing_the_package_imports_no_heavy_library_and_says_nothing():
    heavy = ("jax", "jaxlib", "numpy", "scipy", "malt", "tensorflow", "keras", "ml_dtypes")
    script = f"import sys, keratin; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_first_op_says_nothing_either():
    script = "import keratin as tf; tf.constant([1.0]) + 1.0"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_version_is_that_of_the_distribution(tf):
    from importlib.metadata import version

    assert tf.__version__ == version("keratin")
