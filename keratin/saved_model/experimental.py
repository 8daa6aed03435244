"""tf.saved_model.experimental: fingerprints of saved models, and what goes beside variables."""

from keratin import _lazy
from keratin.export._fingerprint import Fingerprint as Fingerprint
from keratin.export._fingerprint import read_fingerprint as read_fingerprint
from keratin.export._options import VariablePolicy as VariablePolicy
from keratin.export._resource import TrackableResource as TrackableResource

_lazy.advise(__name__)
