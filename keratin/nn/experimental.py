"""tf.nn.experimental: dropout with numbers of one's own choice."""

from keratin import _lazy
from keratin.nn._dropout import general_dropout as general_dropout
from keratin.nn._dropout import stateless_dropout as stateless_dropout

_lazy.advise(__name__)
