# The exports of `keratin.keras.ops.image`, see `keratin/__init__.pyi`.

from keratin.keras.ops._image_color import hsv_to_rgb as hsv_to_rgb
from keratin.keras.ops._image_color import rgb_to_grayscale as rgb_to_grayscale
from keratin.keras.ops._image_color import rgb_to_hsv as rgb_to_hsv
from keratin.keras.ops._image_filter import extract_patches as extract_patches
from keratin.keras.ops._image_filter import extract_patches_3d as extract_patches_3d
from keratin.keras.ops._image_filter import gaussian_blur as gaussian_blur
from keratin.keras.ops._image_filter import sobel_edges as sobel_edges
from keratin.keras.ops._image_filter import ssim as ssim
from keratin.keras.ops._image_resize import crop_images as crop_images
from keratin.keras.ops._image_resize import pad_images as pad_images
from keratin.keras.ops._image_resize import resize as resize
from keratin.keras.ops._image_resize import scale_and_translate as scale_and_translate
from keratin.keras.ops._image_transform import affine_transform as affine_transform
from keratin.keras.ops._image_transform import elastic_transform as elastic_transform
from keratin.keras.ops._image_transform import map_coordinates as map_coordinates
from keratin.keras.ops._image_transform import perspective_transform as perspective_transform
