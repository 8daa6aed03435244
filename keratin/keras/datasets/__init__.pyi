# The exports of `keratin.keras.datasets`, see `keratin/__init__.pyi`.

from keratin.keras.datasets import boston_housing as boston_housing
from keratin.keras.datasets import california_housing as california_housing
from keratin.keras.datasets import cifar10 as cifar10
from keratin.keras.datasets import cifar100 as cifar100
from keratin.keras.datasets import digits as digits
from keratin.keras.datasets import fashion_mnist as fashion_mnist
from keratin.keras.datasets import imdb as imdb
from keratin.keras.datasets import mnist as mnist
from keratin.keras.datasets import reuters as reuters
