"""Kernels, and who hears of them."""


def test_hooks_hear_of_eager_ops(tf):
    from keratin._engine import kernel

    heard = []
    kernel.after_call_hooks.append(lambda name, inputs, outputs: heard.append((name, len(outputs))))
    try:
        tf.constant(1.0) + 2.0
    finally:
        kernel.after_call_hooks.pop()
    assert heard == [("add", 1)]
