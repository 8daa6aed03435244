"""tf.test.experimental."""

import jax

from keratin import _lazy


def sync_devices() -> None:
    """Wait until the devices have done all that they were given.

    >>> tf.test.experimental.sync_devices()
    """
    jax.effects_barrier()
    for array in jax.live_arrays():
        if not array.is_deleted():
            array.block_until_ready()


_lazy.advise(__name__)
