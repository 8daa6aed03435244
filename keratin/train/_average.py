"""`tf.train.ExponentialMovingAverage`: averages of variables over the course of training."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from keratin._engine import state
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.array._creation import zeros_like
from keratin.math._arithmetic import minimum
from keratin.math._casting import cast
from keratin.train._trackable import name_of

_DTYPES = ("float16", "bfloat16", "float32", "float64")


class ExponentialMovingAverage:
    """Averages in which what is long ago counts less and less.

    `average = decay * average + (1 - decay) * value`, at each call of `apply`.

    >>> v = tf.Variable(0.0)
    >>> averages = tf.train.ExponentialMovingAverage(decay=0.5)
    >>> averages.apply([v])
    >>> _ = v.assign(10.0)
    >>> averages.apply([v])
    >>> averages.average(v).numpy()
    np.float32(5.0)

    Args:
        decay: The share of the former average in the new one.
        num_updates: The number of updates so far; early ones then count more:
            `min(decay, (1 + num_updates) / (10 + num_updates))` is the share.
        zero_debias: Whether the averages of tensors, which begin at zero, are scaled up for it.
        name: What the names of averages end with.
    """

    def __init__(
        self,
        decay: Any,
        num_updates: Any = None,
        zero_debias: bool = False,
        name: str = "ExponentialMovingAverage",
    ):
        self._decay = decay
        self._num_updates = num_updates
        self._zero_debias = zero_debias
        self._name = name
        self._averages: dict[int, _Average] = {}

    @property
    def name(self) -> str:
        """What the names of averages end with."""
        return self._name

    def _checkpoint_children(self) -> dict[str, Any]:
        return {str(number): each for number, each in enumerate(self._averages.values())}

    def apply(self, var_list: Iterable[Any] | None = None) -> None:
        """Bring the averages of these variables up to date; make those that are not there yet.

        An average begins with the value of its variable, that of a tensor with zero.
        """
        if var_list is None:
            raise ValueError(
                "ExponentialMovingAverage.apply: give the variables, as in "
                "apply(model.trainable_variables). TensorFlow 2 keeps no list of all variables"
            )
        values = list(var_list)
        for value in values:
            if value.dtype.name not in _DTYPES:
                raise TypeError(
                    f"ExponentialMovingAverage: averages are of floating dtypes; given {value!r}"
                )
            if id(value) not in self._averages:
                self._averages[id(value)] = _Average(value, self.average_name(value))
        share = self._share()
        with state.listening(()):
            for value in values:
                self._averages[id(value)].update(value, share, self._zero_debias)

    def _share(self) -> Any:
        decay = cast(convert_to_tensor(self._decay), "float32")
        if self._num_updates is None:
            return decay
        count = cast(convert_to_tensor(self._num_updates), "float32")
        return minimum(decay, (1.0 + count) / (10.0 + count))

    def average(self, var: Any) -> Any:
        """The average of a variable; None if it has none."""
        found = self._averages.get(id(var))
        return None if found is None or found.of is not var else found.shown()

    def average_name(self, var: Any) -> str:
        """The name of the average of a variable.

        >>> v = tf.Variable(1.0, name="v")
        >>> tf.train.ExponentialMovingAverage(0.9).average_name(v)
        'v/ExponentialMovingAverage'
        """
        name = name_of(var) if isinstance(var, Variable) else "Tensor"
        return f"{name}/{self._name}"

    def variables_to_restore(self, moving_avg_variables: Any = None) -> dict[str, Variable]:
        """Variables by the names of their averages, to restore the averages into them.

        >>> v = tf.Variable(1.0, name="v")
        >>> averages = tf.train.ExponentialMovingAverage(0.9)
        >>> averages.apply([v])
        >>> averages.variables_to_restore()["v/ExponentialMovingAverage"] is v
        True
        """
        if moving_avg_variables is None:
            known = [each.of for each in self._averages.values()]
            moving_avg_variables = [each for each in known if isinstance(each, Variable)]
        return {self.average_name(variable): variable for variable in moving_avg_variables}


class _Average:
    """The average of one variable or tensor."""

    def __init__(self, of: Any, name: str):
        self.of = of
        self.is_of_variable = isinstance(of, Variable)
        start = of if self.is_of_variable else zeros_like(of)
        with state.listening(()):
            self.variable = Variable(start, trainable=False, name=name)
            self.weight = None
            if not self.is_of_variable:
                self.weight = Variable(0.0, trainable=False, dtype=of.dtype, name=f"{name}/weight")
        self._is_scaled = False

    def _checkpoint_children(self) -> dict[str, Any]:
        return {"variable": self.variable, "weight": self.weight}

    def update(self, value: Any, share: Tensor, zero_debias: bool) -> None:
        rest = 1.0 - cast(share, self.variable.dtype)
        self.variable.assign_sub((self.variable - value) * rest)
        if self.weight is not None:
            self.weight.assign_sub((self.weight - 1.0) * rest)
            self._is_scaled = zero_debias

    def shown(self) -> Any:
        """The variable; or, of a tensor, the average scaled by the weight of what went into it."""
        return self.variable / self.weight if self._is_scaled else self.variable
