dnn_c_test(host states PkgConfig::LUA)
set_tests_properties(c.host.states PROPERTIES ENVIRONMENT "${DNN_LUA_ENVIRONMENT}")
