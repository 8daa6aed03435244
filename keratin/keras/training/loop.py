"""The compiled loop: one executable runs any number of steps over arrays on the device.

`(state, data, order, bounds) -> (state, outputs)`, with the state donated and the bounds known at
run time only, so that a whole epoch, a chunk of it and a single step are the same program and give
the same bits. Between dispatches every variable holds the live state.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine.compiling import compiled
from keratin._engine.explain import explain
from keratin._engine.variable import Variable
from keratin.keras.training.step import Step


class Loop:
    """Steps over batches of `batch_size` rows of arrays that lie on the device.

    What comes out is of the last step that ran; and, with `results`, what that program makes of
    the variables then, such as the results of metrics.
    """

    def __init__(
        self,
        step: Step,
        data: Any,
        batch_size: int | None,
        shuffled: bool,
        results: Step | None = None,
        watched: Variable | None = None,
    ):
        """`data` is a structure of arrays or their specs; only shapes and dtypes matter.

        Without `batch_size` the data is one batch. The loop ends before its time when the
        variable `watched` is no finite number any more; how far it came is then the last of what
        comes out.
        """
        self.step = step
        self.results = results
        self.batch_size = batch_size
        self.shuffled = shuffled
        self._data = [jax.ShapeDtypeStruct(v.shape, v.dtype) for v in jax.tree.leaves(data)]
        self._watched = watched
        # Where the steps of a loop would be slower than its dispatches, Python makes the loop: the
        # program is then one step.
        self.goes_by_steps = step.is_slow_in_loops
        self._plan_state()
        self._compiled: Any = None
        self._lock = threading.Lock()
        # Seconds a step took when it was last measured.
        self.step_time: float | None = None

    def _plan_state(self) -> None:
        """Which variables go in: `carried` come out again, `fixed` do not."""
        self.carried = self.step.carried
        self.fixed = list(self.step.fixed)
        self._results_at: list[tuple[bool, int]] = []
        if self.results is None:
            return
        place = {id(v): (True, i) for i, v in enumerate(self.carried)}
        place |= {id(v): (False, i) for i, v in enumerate(self.fixed)}
        for variable in [*self.results.carried, *self.results.fixed]:
            if id(variable) not in place:
                place[id(variable)] = (False, len(self.fixed))
                self.fixed.append(variable)
            self._results_at.append(place[id(variable)])

    # The program

    def _program(
        self,
        given: list[Any],
        kept: list[Any],
        fixed: list[Any],
        data: Any,
        order: Any,
        bounds: Any,
    ) -> tuple[list[Any], list[Any]]:
        step, constants = self.step, self._constants_of(fixed)
        first_row, start, stop = bounds[0], bounds[1], bounds[2]
        variables = fixed[: len(step.fixed)]

        def body(index: Any, carry: Any) -> Any:
            _, state = carry
            row = first_row + index * np.int32(self.batch_size or 0)
            batch = self._fetch(data, order, row)
            return step.run(constants, batch, state, variables)

        outputs = [jnp.zeros(v.shape, v.dtype) for v in step.outputs]
        state = self._merged(given, kept)
        if self.goes_by_steps:
            outputs, state = body(start, (outputs, state))
            end: list[Any] = []
        elif self._watched is None:
            outputs, state = lax.fori_loop(start, stop, body, (outputs, state))
            end = []
        else:
            reached, (outputs, state) = self._watchful(start, stop, body, (outputs, state))
            end = [reached]
        if self.results is not None:
            outputs = [*outputs, *self._computed_results(state, fixed)]
        return state, [*outputs, *end]

    def _watchful(self, start: Any, stop: Any, body: Any, first: Any) -> Any:
        """The loop while the watched variable is finite, and the number after the last step."""
        place = next(i for i, v in enumerate(self.carried) if v is self._watched)

        def goes_on(carry: Any) -> Any:
            index, (_, state) = carry
            return (index < stop) & jnp.isfinite(state[place])

        def once(carry: Any) -> Any:
            index, inner = carry
            return index + np.int32(1), body(index, inner)

        return lax.while_loop(goes_on, once, (start, first))

    def _constants_of(self, fixed: list[Any]) -> list[Any]:
        return fixed[len(self.fixed) : len(self.fixed) + len(self.step.constants)]

    def _computed_results(self, state: list[Any], fixed: list[Any]) -> list[Any]:
        results = self.results
        assert results is not None
        values = [state[i] if carried else fixed[i] for carried, i in self._results_at]
        count = len(results.carried)
        constants = fixed[len(self.fixed) + len(self.step.constants) :]
        outputs, _ = results.run(constants, [], values[:count], values[count:])
        return outputs

    def _merged(self, given: list[Any], kept: list[Any]) -> list[Any]:
        rest_given, rest_kept = iter(given), iter(kept)
        return [next(rest_given if donate else rest_kept) for donate in self.step.donated]

    def _fetch(self, data: Any, order: Any, row: Any) -> list[Any]:
        """The batch whose first row is `row`."""
        if self.batch_size is None:
            return list(data)
        if not self.shuffled:
            return [lax.dynamic_slice_in_dim(leaf, row, self.batch_size) for leaf in data]
        rows = lax.dynamic_slice(order, (row,), (self.batch_size,))
        # Rows are always within bounds; to check them costs more than to fetch them.
        return [leaf.at[rows].get(mode="promise_in_bounds") for leaf in data]

    @property
    def is_compiled(self) -> bool:
        """Whether it can run at once."""
        return self._compiled is not None

    def compile(self) -> None:
        """Compile, unless that was done; other threads wait for it."""
        with self._lock:
            if self._compiled is not None:
                return
            program = self._program
            # JAX keeps what it made on the way for as long as the function lives: hence a function
            # for the moment.
            jitted = jax.jit(lambda *arguments: program(*arguments), donate_argnums=0)
            self._compiled = compiled(jitted.lower(*self._example()), self.step.program.jaxpr)

    def _example(self) -> list[Any]:
        given, kept = self._split([_struct(v._array) for v in self.carried])
        fixed = [_struct(array) for array in self._fixed_arrays()]
        data = self._data
        order = None
        if self.shuffled:
            order = jax.ShapeDtypeStruct((data[0].shape[0],), np.int32)
        return [given, kept, fixed, data, order, jax.ShapeDtypeStruct((3,), np.int32)]

    def _split(self, arrays: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        donated = self.step.donated
        given = [array for array, donate in zip(arrays, donated, strict=True) if donate]
        kept = [array for array, donate in zip(arrays, donated, strict=True) if not donate]
        return given, kept

    def _fixed_arrays(self) -> list[Any]:
        constants = self.results.constants if self.results is not None else []
        return [*[v._array for v in self.fixed], *self.step.constants, *constants]

    # Running

    def run(self, data: list[Any], order: Any, first_row: int, start: int, stop: int) -> list[Any]:
        """Run the steps `start` to `stop` of batches from `first_row` on; the arrays that come out.

        It returns before the device is done. `data` are the leaves, `order` the rows to visit.
        """
        if self._compiled is None:
            self.compile()
        if not self.goes_by_steps:
            return self._dispatch(data, order, first_row, start, stop)
        outputs: list[Any] = []
        for index in range(start, stop):
            outputs = self._dispatch(data, order, first_row, index, index + 1)
            if self._watched is not None and not np.isfinite(self._watched._array):
                stop = index + 1
                break
        return outputs if self._watched is None else [*outputs, np.int32(stop)]

    def _dispatch(
        self, data: list[Any], order: Any, first_row: int, start: int, stop: int
    ) -> list[Any]:
        """Run the program once."""
        for variable, donate in zip(self.carried, self.step.donated, strict=True):
            if donate and variable._shared:
                variable._array = jax.device_put(variable._array, may_alias=False)
        given, kept = self._split([v._array for v in self.carried])
        bounds = np.array([first_row, start, stop], np.int32)
        try:
            state, outputs = self._compiled(given, kept, self._fixed_arrays(), data, order, bounds)
            if self.step.has_effects:
                jax.block_until_ready(outputs)
                jax.effects_barrier()
        except Exception as error:
            raise explain(self.step.name, error, None, ()) from None
        for variable, array in zip(self.carried, state, strict=True):
            variable._array = array
            variable._shared = False
        return list(outputs)

    def rebuild(self, arrays: Sequence[Any], make: Callable[[Any], Any]) -> Any:
        """What the step returned, or the results if there is a program for them."""
        if self.results is not None:
            return self.results.rebuild(arrays[self.step.num_outputs :], make)
        return self.step.rebuild(arrays, make)


def _struct(value: Any) -> Any:
    return jax.ShapeDtypeStruct(value.shape, value.dtype)
