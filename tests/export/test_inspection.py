"""Programs that may do more than compute are refused."""

import jax
import jax.extend.mlir as jax_mlir
import jax.numpy as jnp
import numpy as np
import pytest
from jax.experimental import io_callback
from jax.extend.mlir import ir

from keratin.export import _inspection
from keratin.export._inspection import RefusedError, check


def module(function, *shapes, **options):
    structs = [jax.ShapeDtypeStruct(shape, np.float32) for shape in shapes]
    return jax.export.export(jax.jit(function), **options)(*structs).mlir_module_serialized


@pytest.mark.parametrize(
    "function",
    [
        lambda x: jnp.linalg.cholesky(x @ x.T),
        lambda x: jnp.linalg.svd(x)[1],
        lambda x: jnp.linalg.qr(x)[0],
        lambda x: jnp.linalg.eigh(x)[0],
        lambda x: jnp.linalg.solve(x, x),
        lambda x: jax.random.uniform(jax.random.key(0), x.shape),
        lambda x: jax.lax.top_k(x, 2),
        lambda x: jax.lax.while_loop(lambda v: v.sum() < 9, lambda v: v + 1, x),
        lambda x: jnp.fft.fft(x),
        lambda x: jax.scipy.special.ndtri(x),
    ],
    ids=range(10),
)
def test_computations_pass(function):
    check(module(function, (3, 3), platforms=["cpu", "cuda"]))


def callbacks():
    nothing = np.zeros((), np.float32)
    return [
        lambda x: jax.pure_callback(np.sin, jax.ShapeDtypeStruct(x.shape, x.dtype), x),
        lambda x: io_callback(lambda v: None, None, x) or nothing,
        lambda x: jax.debug.print("{}", x) or nothing,
        lambda x: jax.ffi.ffi_call("mine", jax.ShapeDtypeStruct(x.shape, x.dtype))(x),
        lambda x: jax.lax.cond(
            x[0, 0] > 0,
            lambda v: jax.ffi.ffi_call("deep", jax.ShapeDtypeStruct(v.shape, v.dtype))(v),
            lambda v: v,
            x,
        ),
    ]


@pytest.mark.parametrize("index", range(5), ids=["pure", "io", "debug", "ffi", "nested"])
def test_calls_of_the_process_are_refused(index):
    function = callbacks()[index]
    lowered = jax.jit(function).lower(jax.ShapeDtypeStruct((2, 2), np.float32))
    with pytest.raises(RefusedError, match=r"it calls '|holds the operation"):
        check(portable(lowered.compiler_ir("stablehlo")))


@pytest.mark.parametrize("name", ["infeed", "outfeed", "send", "recv"])
def test_talk_with_the_host_is_refused(name):
    with pytest.raises(RefusedError, match=f"stablehlo.(create_token|{name})"):
        check(portable(_TALK[name]))


_HEAD = "func.func @main(%t: !stablehlo.token, %x: tensor<2xf32>) -> !stablehlo.token {"
_CHANNEL = "channel_handle = #stablehlo.channel_handle<handle = 1, type = 2>"
_TALK = {
    "outfeed": f"""{_HEAD} %0 = "stablehlo.outfeed"(%x, %t) {{outfeed_config = ""}} :
        (tensor<2xf32>, !stablehlo.token) -> !stablehlo.token return %0 : !stablehlo.token }}""",
    "infeed": f"""{_HEAD} %0:2 = "stablehlo.infeed"(%t) {{infeed_config = "", layout = [[0]]}} :
        (!stablehlo.token) -> (tensor<2xf32>, !stablehlo.token)
        return %0#1 : !stablehlo.token }}""",
    "send": f"""{_HEAD} %0 = "stablehlo.send"(%x, %t) {{{_CHANNEL}, is_host_transfer = true}} :
        (tensor<2xf32>, !stablehlo.token) -> !stablehlo.token return %0 : !stablehlo.token }}""",
    "recv": f"""{_HEAD} %0:2 = "stablehlo.recv"(%t)
        {{channel_handle = #stablehlo.channel_handle<handle = 1, type = 3>,
        is_host_transfer = true}} : (!stablehlo.token) -> (tensor<2xf32>, !stablehlo.token)
        return %0#1 : !stablehlo.token }}""",
}


def portable(module):
    """A module, or its text, as the bytes that files hold."""
    if isinstance(module, str):
        context = jax.jit(jnp.sin).lower(1.0).compiler_ir("stablehlo").context
        module = ir.Module.parse(module, context)
    return bytes(jax_mlir.serialize_portable_artifact(module, "1.9.0"))


def test_what_is_no_program_is_refused():
    data = module(lambda x: x + 1, (2,))
    for cut in range(0, len(data) // 2, len(data) // 20):
        with pytest.raises(RefusedError, match=r"no program that can be read"):
            check(data[:cut])
    with pytest.raises(RefusedError, match=r"no program"):
        check(b"\x00" * 100)


def test_places_in_files_of_the_user_are_left_out():
    def distinctly_named_argument(value):
        return jnp.sin(value)

    data = module(distinctly_named_argument, (2,))
    assert b"test_inspection" in data
    bare = _inspection.without_places(data)
    assert b"test_inspection" not in bare
    check(bare)
    assert _inspection.without_places(b"nothing") == b"nothing"


def test_names_must_match_as_a_whole():
    assert _inspection._ALLOWED.fullmatch("lapack_spotrf_ffi")
    for name in ("lapack_spotrf_ffi_", "xla_python_cpu_callback", "xlapack_spotrf_ffi", ""):
        assert not _inspection._ALLOWED.fullmatch(name)
