dnn_c_test(nn layer dnn_core dnn_math dnn_nn)
dnn_c_test(nn loss dnn_core dnn_math dnn_nn)
dnn_c_test(nn registry dnn_core dnn_math dnn_nn)
