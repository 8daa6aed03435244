"""Decorators of tests."""


def test_a_test_is_skipped_while_the_predicate_holds(tf):
    class Case(tf.test.TestCase):
        @tf.test.disable_with_predicate(lambda: True, "not today")
        def test_skipped(self):
            self.fail()

        @tf.test.disable_with_predicate(lambda: False, "not today")
        def test_run(self):
            self.fail("ran")

    assert Case("test_skipped").run().skipped[0][1] == "not today"
    assert "ran" in Case("test_run").run().failures[0][1]


def test_a_class_stays_as_it_is(tf):
    class Case:
        pass

    assert tf.test.with_eager_op_as_function(Case) is Case
    assert tf.test.with_eager_op_as_function(only_as_function=True)(Case) is Case
