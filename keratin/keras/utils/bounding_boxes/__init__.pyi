# The exports of `keratin.keras.utils.bounding_boxes`, see `keratin/__init__.pyi`.

from keratin.keras.utils.bounding_boxes._deltas import (
    decode_deltas_to_boxes as decode_deltas_to_boxes,
)
from keratin.keras.utils.bounding_boxes._deltas import encode_box_to_deltas as encode_box_to_deltas
from keratin.keras.utils.bounding_boxes._formats import convert_format as convert_format
from keratin.keras.utils.bounding_boxes._geometry import affine_transform as affine_transform
from keratin.keras.utils.bounding_boxes._geometry import clip_to_image_size as clip_to_image_size
from keratin.keras.utils.bounding_boxes._geometry import crop as crop
from keratin.keras.utils.bounding_boxes._geometry import pad as pad
from keratin.keras.utils.bounding_boxes._overlap import compute_ciou as compute_ciou
from keratin.keras.utils.bounding_boxes._overlap import compute_iou as compute_iou
