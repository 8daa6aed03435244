"""Names that programs for serving use."""


def test_names_are_those_of_tensorflow(tf):
    names = tf.saved_model
    assert names.DEFAULT_SERVING_SIGNATURE_DEF_KEY == "serving_default"
    assert names.SERVING == "serve"
    assert names.PREDICT_METHOD_NAME == "tensorflow/serving/predict"
    assert names.SAVED_MODEL_SCHEMA_VERSION == 1
    # The folders that Keratin writes are called so too.
    assert (names.ASSETS_DIRECTORY, names.VARIABLES_DIRECTORY) == ("assets", "variables")
    assert names.DEBUG_DIRECTORY == "debug"
