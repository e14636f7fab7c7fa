# dnn_c_test(data NAME dnn_core dnn_math dnn_data)
