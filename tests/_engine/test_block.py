"""Blocks: what a traced piece of code takes from outside, and what it gives."""


def test_constants_are_matched_with_tensors_and_variables(tf):
    from keratin._engine.block import Block

    x, v = tf.constant([1.0, 2.0]), tf.Variable([3.0, 4.0])
    block = Block(lambda a: (a * x + v, 7, None), [x._value], "a block")
    assert {id(value) for value in block.const_inputs} >= {id(x), id(v)}
    found = block.run(block.consts, [x._value], [])
    total, seven, nothing = block.rebuild(found)
    assert total.numpy().tolist() == [4.0, 8.0]
    assert (int(seven), nothing) == (7, None)


def test_assignments_become_outputs_and_do_not_happen(tf):
    from keratin._engine.block import Block

    v = tf.Variable(1.0)
    block = Block(lambda: (v.assign_add(1.0), None)[1], [], "a block")
    assert list(block.written.values()) == [v]
    assert v.numpy() == 1.0
    assert [float(a) for a in block.run(block.consts, [], [])] == [2.0]
