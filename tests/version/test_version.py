"""tf.version."""


def test_versions(tf):
    assert tf.__version__ == tf.version.VERSION
    assert tf.version.GIT_VERSION.endswith(tf.__version__)
    assert "jax" in tf.version.COMPILER_VERSION
    assert tf.version.GRAPH_DEF_VERSION > tf.version.GRAPH_DEF_VERSION_MIN_CONSUMER >= 0
    assert tf.version.GRAPH_DEF_VERSION_MIN_PRODUCER == 0
