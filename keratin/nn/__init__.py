"""tf.nn: activations, convolutions, pools, normalisation, losses, embeddings, dropout."""

from keratin import _lazy
from keratin.array._blocks import space_to_batch as space_to_batch
from keratin.math._activation import l2_normalize as l2_normalize
from keratin.math._activation import log_softmax as log_softmax
from keratin.math._activation import sigmoid as sigmoid
from keratin.math._activation import softmax as softmax
from keratin.math._activation import softplus as softplus
from keratin.math._activation import softsign as softsign
from keratin.math._activation import zero_fraction as zero_fraction
from keratin.math._elementwise import tanh as tanh
from keratin.math._top_k import approx_max_k as approx_max_k
from keratin.math._top_k import approx_min_k as approx_min_k
from keratin.math._top_k import in_top_k as in_top_k
from keratin.math._top_k import top_k as top_k
from keratin.nn import experimental as experimental
from keratin.nn._activations import crelu as crelu
from keratin.nn._activations import elu as elu
from keratin.nn._activations import gelu as gelu
from keratin.nn._activations import leaky_relu as leaky_relu
from keratin.nn._activations import relu as relu
from keratin.nn._activations import relu6 as relu6
from keratin.nn._activations import selu as selu
from keratin.nn._activations import silu as silu
from keratin.nn._activations import swish as swish
from keratin.nn._channels import bias_add as bias_add
from keratin.nn._channels import depth_to_space as depth_to_space
from keratin.nn._channels import space_to_depth as space_to_depth
from keratin.nn._convolution import atrous_conv2d as atrous_conv2d
from keratin.nn._convolution import conv1d as conv1d
from keratin.nn._convolution import conv2d as conv2d
from keratin.nn._convolution import conv3d as conv3d
from keratin.nn._convolution import convolution as convolution
from keratin.nn._convolution_transpose import atrous_conv2d_transpose as atrous_conv2d_transpose
from keratin.nn._convolution_transpose import conv1d_transpose as conv1d_transpose
from keratin.nn._convolution_transpose import conv2d_transpose as conv2d_transpose
from keratin.nn._convolution_transpose import conv3d_transpose as conv3d_transpose
from keratin.nn._convolution_transpose import conv_transpose as conv_transpose
from keratin.nn._ctc import collapse_repeated as collapse_repeated
from keratin.nn._ctc import ctc_loss as ctc_loss
from keratin.nn._ctc import ctc_unique_labels as ctc_unique_labels
from keratin.nn._ctc_decoding import ctc_beam_search_decoder as ctc_beam_search_decoder
from keratin.nn._ctc_decoding import ctc_greedy_decoder as ctc_greedy_decoder
from keratin.nn._depthwise import depthwise_conv2d as depthwise_conv2d
from keratin.nn._depthwise import (
    depthwise_conv2d_backprop_filter as depthwise_conv2d_backprop_filter,
)
from keratin.nn._depthwise import depthwise_conv2d_backprop_input as depthwise_conv2d_backprop_input
from keratin.nn._depthwise import separable_conv2d as separable_conv2d
from keratin.nn._dropout import dropout as dropout
from keratin.nn._embedding import embedding_lookup as embedding_lookup
from keratin.nn._embedding import embedding_lookup_sparse as embedding_lookup_sparse
from keratin.nn._embedding import safe_embedding_lookup_sparse as safe_embedding_lookup_sparse
from keratin.nn._fractional_pooling import fractional_avg_pool as fractional_avg_pool
from keratin.nn._fractional_pooling import fractional_max_pool as fractional_max_pool
from keratin.nn._isotonic import isotonic_regression as isotonic_regression
from keratin.nn._losses import compute_average_loss as compute_average_loss
from keratin.nn._losses import l2_loss as l2_loss
from keratin.nn._losses import log_poisson_loss as log_poisson_loss
from keratin.nn._losses import scale_regularization_loss as scale_regularization_loss
from keratin.nn._losses import (
    sigmoid_cross_entropy_with_logits as sigmoid_cross_entropy_with_logits,
)
from keratin.nn._losses import (
    softmax_cross_entropy_with_logits as softmax_cross_entropy_with_logits,
)
from keratin.nn._losses import (
    sparse_softmax_cross_entropy_with_logits as sparse_softmax_cross_entropy_with_logits,
)
from keratin.nn._losses import (
    weighted_cross_entropy_with_logits as weighted_cross_entropy_with_logits,
)
from keratin.nn._morphology import dilation2d as dilation2d
from keratin.nn._morphology import erosion2d as erosion2d
from keratin.nn._normalization import (
    batch_norm_with_global_normalization as batch_norm_with_global_normalization,
)
from keratin.nn._normalization import batch_normalization as batch_normalization
from keratin.nn._normalization import local_response_normalization as local_response_normalization
from keratin.nn._normalization import lrn as lrn
from keratin.nn._normalization import moments as moments
from keratin.nn._normalization import normalize_moments as normalize_moments
from keratin.nn._normalization import sufficient_statistics as sufficient_statistics
from keratin.nn._normalization import weighted_moments as weighted_moments
from keratin.nn._pooling import avg_pool as avg_pool
from keratin.nn._pooling import avg_pool1d as avg_pool1d
from keratin.nn._pooling import avg_pool2d as avg_pool2d
from keratin.nn._pooling import avg_pool3d as avg_pool3d
from keratin.nn._pooling import max_pool as max_pool
from keratin.nn._pooling import max_pool1d as max_pool1d
from keratin.nn._pooling import max_pool2d as max_pool2d
from keratin.nn._pooling import max_pool3d as max_pool3d
from keratin.nn._pooling import max_pool_with_argmax as max_pool_with_argmax
from keratin.nn._pooling import pool as pool
from keratin.nn._rnn_cells import RNNCellDeviceWrapper as RNNCellDeviceWrapper
from keratin.nn._rnn_cells import RNNCellDropoutWrapper as RNNCellDropoutWrapper
from keratin.nn._rnn_cells import RNNCellResidualWrapper as RNNCellResidualWrapper
from keratin.nn._sampling import compute_accidental_hits as compute_accidental_hits
from keratin.nn._sampling import nce_loss as nce_loss
from keratin.nn._sampling import sampled_softmax_loss as sampled_softmax_loss
from keratin.nn._space_to_batch import with_space_to_batch as with_space_to_batch
from keratin.random._candidate import all_candidate_sampler as all_candidate_sampler
from keratin.random._candidate import (
    fixed_unigram_candidate_sampler as fixed_unigram_candidate_sampler,
)
from keratin.random._candidate import (
    learned_unigram_candidate_sampler as learned_unigram_candidate_sampler,
)

_lazy.advise(__name__)
