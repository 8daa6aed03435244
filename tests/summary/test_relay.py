from keratin.summary._relay import Relay
from tests.summary.reading import scalars


def test_a_program_keeps_the_relay_and_writes_to_what_is_behind_it_now(tf, tmp_path):
    relay = Relay()

    @tf.function
    def work(x):
        tf.summary.scalar("x", x)
        return x

    first = tf.summary.create_file_writer(tmp_path / "first")
    second = tf.summary.create_file_writer(tmp_path / "second")
    with relay.in_force():
        assert not relay.is_used
        for target, step, recording in ((first, 1, True), (first, 2, False), (second, 3, True)):
            relay.target, relay.step, relay.recording = target, step, recording
            assert int(tf.summary.experimental.get_step()) == step
            work(tf.constant(float(step)))
        assert relay.is_used
    relay.target = None
    work(tf.constant(9.0))
    first.close()
    second.close()
    assert work.experimental_get_tracing_count() == 1
    assert scalars(tmp_path / "first")["x"] == [(1, 1.0)]
    assert scalars(tmp_path / "second")["x"] == [(3, 3.0)]
    assert tf.summary.experimental.get_step() is None
    relay.init()
    relay.flush()
    relay.close()


def test_it_hands_on_what_is_written_at_once(tf, tmp_path):
    relay = Relay()
    relay.target = tf.summary.create_file_writer(tmp_path)
    with relay.in_force():
        assert not bool(tf.summary.scalar("a", 1.0))
        relay.recording = True
        relay.step = 6
        assert bool(tf.summary.scalar("a", 2.0))
        assert bool(tf.summary.scalar("a", 3.0, step=1))
    relay.flush()
    assert scalars(tmp_path)["a"] == [(6, 2.0), (1, 3.0)]
    assert not relay.is_used
