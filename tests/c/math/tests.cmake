# dnn_c_test(math NAME dnn_core dnn_math)
