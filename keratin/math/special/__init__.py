"""tf.math.special: Bessel functions and integrals without elementary form."""

from keratin import _lazy
from keratin.math._bessel import bessel_i0 as bessel_i0
from keratin.math._bessel import bessel_i0e as bessel_i0e
from keratin.math._bessel import bessel_i1 as bessel_i1
from keratin.math._bessel import bessel_i1e as bessel_i1e
from keratin.math._bessel import bessel_j0 as bessel_j0
from keratin.math._bessel import bessel_j1 as bessel_j1
from keratin.math._bessel import bessel_k0 as bessel_k0
from keratin.math._bessel import bessel_k0e as bessel_k0e
from keratin.math._bessel import bessel_k1 as bessel_k1
from keratin.math._bessel import bessel_k1e as bessel_k1e
from keratin.math._bessel import bessel_y0 as bessel_y0
from keratin.math._bessel import bessel_y1 as bessel_y1
from keratin.math._special import dawsn as dawsn
from keratin.math._special import expint as expint
from keratin.math._special import fresnel_cos as fresnel_cos
from keratin.math._special import fresnel_sin as fresnel_sin
from keratin.math._special import spence as spence

_lazy.advise(__name__)
