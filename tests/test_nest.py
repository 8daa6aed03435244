def test_the_namespace_holds_the_functions_of_the_engine(tf):
    from keratin._engine import nest

    names = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]
    assert [name for name in dir(tf.nest) if not name.startswith("_")] == names
    assert all(getattr(tf.nest, name) is getattr(nest, name) for name in names)
