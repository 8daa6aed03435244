# The exports of `keratin.keras.visualization`, see `keratin/__init__.pyi`.

from keratin.keras.visualization._boxes import draw_bounding_boxes as draw_bounding_boxes
from keratin.keras.visualization._boxes import (
    plot_bounding_box_gallery as plot_bounding_box_gallery,
)
from keratin.keras.visualization._gallery import plot_image_gallery as plot_image_gallery
from keratin.keras.visualization._grad_cam import grad_cam as grad_cam
from keratin.keras.visualization._grad_cam import overlay_heat_maps as overlay_heat_maps
from keratin.keras.visualization._masks import draw_segmentation_masks as draw_segmentation_masks
from keratin.keras.visualization._masks import (
    plot_segmentation_mask_gallery as plot_segmentation_mask_gallery,
)
