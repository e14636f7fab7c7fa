/* pool2d.c: from a pooling layer's settings to math/pool.h. */
#include "nn/layers/pool2d.h"

dnn_pool dnn_pool2d_of(const dnn_layer *layer, const dnn_shape *in, bool dilated) {
    const dnn_setting *s = layer->settings;
    bool strided = s[DNN_POOL2D_STRIDE].pair[0] >= 0;
    dnn_pool p = {.height = in->size[0],
                  .width = in->size[1],
                  .channels = in->size[2],
                  .ceil_mode = dnn_layer_flag(layer, DNN_POOL2D_CEIL_MODE)};
    for (int axis = 0; axis < 2; axis++) {
        p.kernel[axis] = (size_t)s[DNN_POOL2D_KERNEL].pair[axis];
        p.stride[axis] = (size_t)s[strided ? DNN_POOL2D_STRIDE : DNN_POOL2D_KERNEL].pair[axis];
        p.padding[axis] = (size_t)s[DNN_POOL2D_PADDING].pair[axis];
        p.dilation[axis] = dilated ? (size_t)s[DNN_POOL2D_LAST].pair[axis] : 1;
    }
    return p;
}

dnn_shape dnn_pool2d_wants(const dnn_layer *layer) {
    (void)layer;
    return dnn_shape_image(0, 0, 0);
}
