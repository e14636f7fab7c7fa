# dnn_c_test(nn NAME dnn_core dnn_math dnn_nn)
