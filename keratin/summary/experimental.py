"""tf.summary.experimental: the default step, and what summaries of one's own are made with."""

from keratin import _lazy
from keratin.summary._raw import write_raw_pb as write_raw_pb
from keratin.summary._state import get_step as get_step
from keratin.summary._state import set_step as set_step
from keratin.summary._write import summary_scope as summary_scope

_lazy.advise(__name__)
