# dnn_c_test(core NAME dnn_core)
