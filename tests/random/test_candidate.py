"""Candidate samplers: TensorFlow's samples, expected counts and refusals."""

import numpy as np
import pytest

from tests.harness.parity import case, parity

TRUE = np.array([[1, 0], [3, 3]], np.int64)
WEIGHTS = [0.5, 3.0, 0.0, 1.5, 4.0, 0.25, 2.0, 2.0]


def sampler(name, kind, *sizes, calls=2, **options):
    def run(tf, true):
        tf.random.set_seed(42)
        draw = getattr(tf.random, f"{kind}_candidate_sampler")
        return [tuple(draw(true, 2, *sizes, seed=7, **options)) for _ in range(calls)]

    return case(name, run, TRUE, vectorize=False)


CASES = [
    sampler("uniform", "uniform", 6, False, 50),
    sampler("uniform_unique", "uniform", 6, True, 50),
    sampler("uniform_power_of_two", "uniform", 6, True, 64),
    sampler("uniform_all", "uniform", 9, True, 9),
    sampler("log_uniform", "log_uniform", 6, False, 50),
    sampler("log_uniform_unique", "log_uniform", 6, True, 9),
    sampler("log_uniform_large", "log_uniform", 20, True, 10**9),
    sampler("learned", "learned_unigram", 6, False, 9),
    sampler("learned_unique", "learned_unigram", 6, True, 9, calls=4),
    sampler("fixed", "fixed_unigram", 6, False, 8, unigrams=WEIGHTS),
    sampler("fixed_unique", "fixed_unigram", 4, True, 8, unigrams=WEIGHTS, distortion=0.75),
    sampler("fixed_reserved", "fixed_unigram", 4, True, 10, unigrams=WEIGHTS, num_reserved_ids=2),
    sampler(
        "fixed_shard",
        "fixed_unigram",
        3,
        False,
        5,
        unigrams=WEIGHTS,
        num_reserved_ids=1,
        num_shards=2,
        shard=0,
    ),
    sampler(
        "fixed_other_shard",
        "fixed_unigram",
        3,
        False,
        4,
        unigrams=WEIGHTS,
        num_reserved_ids=1,
        num_shards=2,
        shard=1,
    ),
    sampler("all", "all", 5, True),
]
test_parity = parity("random_candidate", CASES)


def test_weights_from_a_file(tf, tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("".join(f"word{i},{w}\n" for i, w in enumerate(WEIGHTS)))
    draw = tf.random.fixed_unigram_candidate_sampler
    tf.random.set_seed(1)
    from_file = draw(TRUE, 2, 5, False, 8, vocab_file=str(path), seed=3)
    tf.random.set_seed(1)
    given = draw(TRUE, 2, 5, False, 8, unigrams=WEIGHTS, seed=3)
    for a, b in zip(from_file, given, strict=True):
        assert np.array_equal(a, b)
    path.write_text("word,many\n")
    with pytest.raises(tf.errors.InvalidArgumentError, match="line 1: the last field"):
        draw(TRUE, 2, 5, False, 8, vocab_file=str(path))


def test_classes_come_as_often_as_expected(tf):
    for kind, options in {"log_uniform": {}, "fixed_unigram": {"unigrams": WEIGHTS}}.items():
        draw = getattr(tf.random, f"{kind}_candidate_sampler")
        classes, _, expected = draw([[1]], 1, 100_000, False, 8, seed=1, **options)
        counts = np.bincount(classes, minlength=8)
        share = np.zeros(8)
        share[classes.numpy()] = expected.numpy()
        np.testing.assert_allclose(counts, share, rtol=0.1, atol=50)


def test_learning_favours_what_came_up(tf):
    draw = tf.random.learned_unigram_candidate_sampler
    tf.random.set_seed(1)
    for _ in range(10):
        sample = draw([[2]] * 100, 1, 50, False, 10)
    assert (sample.sampled_candidates.numpy() == 2).mean() > 0.9


def test_learning_in_a_compiled_function(tf):
    draw = tf.random.learned_unigram_candidate_sampler
    learn = tf.function(lambda: draw([[2]], 1, 1, False, 3, seed=4321).true_expected_count)
    tf.random.set_seed(1)
    np.testing.assert_allclose([learn().numpy()[0, 0] for _ in range(3)], [1 / 3, 2 / 4, 3 / 5])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([[1]], 1, 9, True, 5), "9 unique classes cannot be drawn of range_max=5"),
        (([[7]], 1, 3, True, 5), "true_classes are in"),
        (([1], 1, 3, True, 5), "num_true=1"),
        (([[1.5]], 1, 3, True, 5), "integers of shape"),
        (([[1]], 1, 3, True, 0), "range_max and num_sampled are at least 1"),
    ],
)
def test_errors(tf, arguments, words):
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        tf.random.log_uniform_candidate_sampler(*arguments)


def test_errors_of_weights(tf):
    draw = tf.random.fixed_unigram_candidate_sampler
    with pytest.raises(tf.errors.InvalidArgumentError, match="one of vocab_file and unigrams"):
        draw(TRUE, 2, 3, True, 8)
    with pytest.raises(tf.errors.InvalidArgumentError, match="there are 8 weights"):
        draw(TRUE, 2, 3, True, 9, unigrams=WEIGHTS)
