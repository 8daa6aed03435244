import copy

import numpy as np
import pytest

from keratin.keras.training.programs import MAX_PROGRAMS, Programs, structure_key


def test_each_program_is_made_once():
    programs, made = Programs(), []

    def make():
        made.append(1)
        return object()

    first = programs.loop("a", make)
    assert programs.loop("a", make) is first
    assert programs.loop("b", make) is not first
    assert len(made) == 2


def test_the_least_recently_used_gives_way():
    programs = Programs()
    first = programs.loop(0, object)
    for key in range(1, MAX_PROGRAMS):
        programs.loop(key, object)
    assert programs.loop(0, object) is first
    programs.loop("one more", object)
    assert programs.loop(0, object) is first
    assert len(programs._loops) == MAX_PROGRAMS
    assert 1 not in programs._loops


def test_programs_differ_by_structure_dtype_and_shape():
    x = np.zeros((2, 3), np.float32)
    keys = {
        structure_key((x, None)),
        structure_key((x, x)),
        structure_key((x[:1], None)),
        structure_key((x.astype(np.int32), None)),
        structure_key({"a": x}),
    }
    assert len(keys) == 5
    assert structure_key((x, None)) == structure_key((x + 1, None))


class Fake:
    is_compiled = False
    compiled = False

    def compile(self):
        self.compiled = True


class Failing(Fake):
    def compile(self):
        raise ValueError("not now")


def test_compiling_meanwhile():
    programs, fake = Programs(), Fake()
    programs.compile_meanwhile(fake)
    programs.compile_meanwhile(Failing())
    assert programs._futures[0].result() is None
    programs.wait()  # the error of the other one comes up where its loop is run
    assert fake.compiled
    assert programs._futures == []


def test_copies_compile_programs_of_their_own():
    programs = Programs()
    programs.loop("a", object)
    programs.ready.add(True)
    assert copy.deepcopy(programs)._loops == {}
    assert copy.copy(programs).ready == set()


def test_ever_new_shapes_are_warned_of_once():
    class Written:
        carried = ()

    programs = Programs()
    for key in range(20):
        programs.step(("train", key), Written)
    with pytest.warns(UserWarning, match="ever new shapes"):
        programs.note_variety("fit")
    programs.note_variety("fit")
    assert programs.written("train") == set()
    assert programs.written("test") is None
