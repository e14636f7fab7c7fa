/* record.c: what a recorded step takes from its network. */
#include "nn/network/record.h"

#include "nn/network/parts.h"

dnn_status dnn_network_record(dnn_network *network, const dnn_matrix *X, dnn_error *err) {
    dnn_status status = dnn_network_require_values(network, err);
    if (status != DNN_OK)
        return status;
    if (X->dtype != network->dtype && !dnn_network_takes_ids(network))
        return dnn_fail(err, DNN_ERROR_TYPE, "X is %s, the network is %s; convert X: X:to(\"%s\")",
                        dnn_dtype_info(X->dtype)->name, dnn_dtype_info(network->dtype)->name,
                        dnn_dtype_info(network->dtype)->name);
    if (X->cols == 0)
        return dnn_fail(err, DNN_ERROR_SHAPE, "X is %zu x 0: there are no examples", X->rows);
    return dnn_network_shapes_for(network, X, err);
}

/* Before a step's backward: whether its gradients are added to those of earlier ones. */
static bool begin(const dnn_node_call *call) {
    call->network->graded = true;
    return dnn_network_begin_gradients(call->network, call->step, call->gradients);
}

void dnn_network_record_step(dnn_network *network, dnn_network *const *place, size_t step,
                             size_t examples, uint64_t key, dnn_node_call *call, dnn_shape *in) {
    const dnn_step *s = &network->steps[step];
    for (size_t i = 0; i < s->inputs; i++)
        in[i] = network->shapes[s->input[i]];
    *call = (dnn_node_call){
        .examples = examples,
        .step = step,
        .in = in,
        .out = network->shapes[s->output],
        .dtype = network->dtype,
        .training = network->training && !s->layer->evaluates,
        .key = dnn_network_step_key(key, step),
        .values = &network->values[network->slot[step]],
        .gradients = &network->gradients[network->slot[step]],
        .live = dnn_step_live(network, s),
        .begin = begin,
        .steps = &network->parameters.steps,
        .steps_seen = network->parameters.steps,
        .network = network,
        .place = place,
    };
}
