# The exports of `keratin.keras.random`, see `keratin/__init__.pyi`.

from keratin.keras.random._distributions import beta as beta
from keratin.keras.random._distributions import binomial as binomial
from keratin.keras.random._distributions import categorical as categorical
from keratin.keras.random._distributions import dropout as dropout
from keratin.keras.random._distributions import gamma as gamma
from keratin.keras.random._distributions import normal as normal
from keratin.keras.random._distributions import randint as randint
from keratin.keras.random._distributions import shuffle as shuffle
from keratin.keras.random._distributions import truncated_normal as truncated_normal
from keratin.keras.random._distributions import uniform as uniform
from keratin.keras.random._seed import SeedGenerator as SeedGenerator
