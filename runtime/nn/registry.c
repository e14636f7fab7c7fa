/* registry.c: a layer, loss or optimiser exists when it has a row here: the name of its constant
 * after dnn_layer_, dnn_loss_ or dnn_optimiser_. Operators, which containers and a tape call, are
 * layers without settings. */
#include "nn/registry.h"

#include <string.h>

#define LAYERS(row)                                                                                \
    row(linear)                                                                                    \
    row(relu)                                                                                      \
    row(leaky_relu)                                                                                \
    row(celu)                                                                                      \
    row(prelu)                                                                                     \
    row(elu)                                                                                       \
    row(selu)                                                                                      \
    row(gelu)                                                                                      \
    row(silu)                                                                                      \
    row(mish)                                                                                      \
    row(softplus)                                                                                  \
    row(softsign)                                                                                  \
    row(hardtanh)                                                                                  \
    row(relu6)                                                                                     \
    row(hardsigmoid)                                                                               \
    row(hardswish)                                                                                 \
    row(log_sigmoid)                                                                               \
    row(tanhshrink)                                                                                \
    row(softshrink)                                                                                \
    row(hardshrink)                                                                                \
    row(glu)                                                                                       \
    row(rrelu)                                                                                     \
    row(threshold)                                                                                 \
    row(sigmoid)                                                                                   \
    row(tanh)                                                                                      \
    row(softmax)                                                                                   \
    row(log_softmax)                                                                               \
    row(softmin)                                                                                   \
    row(dropout)                                                                                   \
    row(alpha_dropout)                                                                             \
    row(dropout1d)                                                                                 \
    row(dropout2d)                                                                                 \
    row(batch_norm1d)                                                                              \
    row(batch_norm2d)                                                                              \
    row(group_norm)                                                                                \
    row(instance_norm1d)                                                                           \
    row(instance_norm2d)                                                                           \
    row(layer_norm)                                                                                \
    row(local_response_norm)                                                                       \
    row(rms_norm)                                                                                  \
    row(conv1d)                                                                                    \
    row(conv2d)                                                                                    \
    row(conv_transpose1d)                                                                          \
    row(conv_transpose2d)                                                                          \
    row(max_pool1d)                                                                                \
    row(max_pool2d)                                                                                \
    row(avg_pool1d)                                                                                \
    row(avg_pool2d)                                                                                \
    row(adaptive_avg_pool1d)                                                                       \
    row(adaptive_max_pool1d)                                                                       \
    row(adaptive_avg_pool2d)                                                                       \
    row(adaptive_max_pool2d)                                                                       \
    row(global_avg_pool)                                                                           \
    row(upsample)                                                                                  \
    row(pixel_shuffle)                                                                             \
    row(channel_shuffle)                                                                           \
    row(pixel_unshuffle)                                                                           \
    row(zero_pad2d)                                                                                \
    row(constant_pad1d)                                                                            \
    row(reflection_pad1d)                                                                          \
    row(replication_pad1d)                                                                         \
    row(circular_pad1d)                                                                            \
    row(circular_pad2d)                                                                            \
    row(constant_pad2d)                                                                            \
    row(reflection_pad2d)                                                                          \
    row(replication_pad2d)                                                                         \
    row(flatten)                                                                                   \
    row(reshape)                                                                                   \
    row(identity)                                                                                  \
    row(permute)                                                                                   \
    row(positional_encoding)                                                                       \
    row(positional_embedding)                                                                      \
    row(slice)                                                                                     \
    row(bilinear)                                                                                  \
    row(cosine_similarity)                                                                         \
    row(pairwise_distance)                                                                         \
    row(embedding)                                                                                 \
    row(multihead_attention)                                                                       \
    row(rnn)                                                                                       \
    row(gru)                                                                                       \
    row(lstm)                                                                                      \
    row(sequential)                                                                                \
    row(residual)                                                                                  \
    row(transformer_encoder_layer)                                                                 \
    row(transformer_decoder_layer)                                                                 \
    row(merge)                                                                                     \
    row(concat)                                                                                    \
    row(add)                                                                                       \
    row(concatenate)

#define LOSSES(row)                                                                                \
    row(bce)                                                                                       \
    row(bce_with_logits)                                                                           \
    row(soft_margin)                                                                               \
    row(hinge)                                                                                     \
    row(hinge_embedding)                                                                           \
    row(kl_div)                                                                                    \
    row(l1)                                                                                        \
    row(smooth_l1)                                                                                 \
    row(huber)                                                                                     \
    row(poisson_nll)                                                                               \
    row(gaussian_nll)                                                                              \
    row(cross_entropy)                                                                             \
    row(nll)                                                                                       \
    row(ctc)                                                                                       \
    row(multi_margin)                                                                              \
    row(multi_label_margin)                                                                        \
    row(multi_label_soft_margin)                                                                   \
    row(cosine_embedding)                                                                          \
    row(margin_ranking)                                                                            \
    row(triplet_margin)                                                                            \
    row(dice)                                                                                      \
    row(mse)

#define OPTIMISERS(row)                                                                            \
    row(sgd)                                                                                       \
    row(adam)                                                                                      \
    row(adamax)                                                                                    \
    row(nadam)                                                                                     \
    row(radam)                                                                                     \
    row(rmsprop)                                                                                   \
    row(adagrad)                                                                                   \
    row(adadelta)                                                                                  \
    row(rprop)                                                                                     \
    row(lion)                                                                                      \
    row(adamw)

#define DECLARE_LAYER(name)     extern const dnn_layer_class dnn_layer_##name;
#define DECLARE_LOSS(name)      extern const dnn_loss_class dnn_loss_##name;
#define DECLARE_OPTIMISER(name) extern const dnn_optimiser_class dnn_optimiser_##name;
#define LAYER(name)             &dnn_layer_##name,
#define LOSS(name)              &dnn_loss_##name,
#define OPTIMISER(name)         &dnn_optimiser_##name,

LAYERS(DECLARE_LAYER)
LOSSES(DECLARE_LOSS)
OPTIMISERS(DECLARE_OPTIMISER)

const dnn_layer_class *const dnn_layer_classes[] = {LAYERS(LAYER) NULL};
const dnn_loss_class *const dnn_loss_classes[] = {LOSSES(LOSS) NULL};
const dnn_optimiser_class *const dnn_optimiser_classes[] = {OPTIMISERS(OPTIMISER) NULL};

const dnn_layer_class *dnn_layer_class_find(const char *name) {
    const dnn_layer_class *const *row = dnn_layer_classes;
    while (*row != NULL && strcmp((*row)->name, name) != 0)
        row++;
    return *row;
}

const dnn_loss_class *dnn_loss_class_find(const char *name) {
    const dnn_loss_class *const *row = dnn_loss_classes;
    while (*row != NULL && strcmp((*row)->name, name) != 0)
        row++;
    return *row;
}

const dnn_optimiser_class *dnn_optimiser_class_find(const char *name) {
    const dnn_optimiser_class *const *row = dnn_optimiser_classes;
    while (*row != NULL && strcmp((*row)->name, name) != 0)
        row++;
    return *row;
}
