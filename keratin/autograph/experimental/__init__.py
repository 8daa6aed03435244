"""`tf.autograph.experimental`: hints to AutoGraph."""

from malt.core.converter import Feature as Feature
from malt.lang.directives import set_loop_options as set_loop_options

from keratin import _lazy
from keratin._engine.autograph import do_not_convert as do_not_convert

_lazy.advise(__name__)
