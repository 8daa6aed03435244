import pytest

from keratin.summary import _profile


def profiles(folder):
    return list(folder.glob("plugins/profile/*/*.xplane.pb"))


def test_a_profile_is_where_tensorboard_looks_for_it(tf, tmp_path):
    writer = tf.summary.create_file_writer(tmp_path)
    with writer.as_default():
        tf.summary.trace_on(graph=True, profiler=True, profiler_outdir=tmp_path)
        tf.matmul(tf.ones([4, 4]), tf.ones([4, 4]))
        with pytest.raises(RuntimeError, match="One profile can be taken at a time"):
            _profile.start(tmp_path)
        tf.summary.trace_export("work", step=0)
        assert len(profiles(tmp_path)) == 1
        # The folder may be named at the end, as older programs do.
        tf.summary.trace_on(profiler=True)
        tf.add(1, 2)
        with pytest.raises(ValueError, match="there is no folder for the profile"):
            tf.summary.trace_export("more", step=1)
        tf.summary.trace_export("more", step=1, profiler_outdir=tmp_path / "later")
        assert len(profiles(tmp_path / "later")) == 1
        tf.summary.trace_on(profiler=True, profiler_outdir=tmp_path / "never")
        tf.summary.trace_off()
        assert profiles(tmp_path / "never") == []
