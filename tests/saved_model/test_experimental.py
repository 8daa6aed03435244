"""tf.saved_model.experimental."""


def test_it_exports_what_tensorflow_does(tf):
    space = tf.saved_model.experimental
    for name in ("Fingerprint", "TrackableResource", "VariablePolicy", "read_fingerprint"):
        assert callable(getattr(space, name))
    assert [policy.name for policy in space.VariablePolicy] == [
        "NONE",
        "SAVE_VARIABLE_DEVICES",
        "EXPAND_DISTRIBUTED_VARIABLES",
    ]
