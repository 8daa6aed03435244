def test_the_namespace_holds_the_classes_of_the_engine(tf):
    from keratin._engine import errors

    for error_class in errors.OpError.__subclasses__():
        assert getattr(tf.errors, error_class.__name__) is error_class
    numbers = [value for name, value in vars(tf.errors).items() if name.isupper()]
    assert sorted(numbers) == list(range(17))
