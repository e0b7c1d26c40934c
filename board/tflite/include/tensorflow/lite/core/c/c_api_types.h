/* Empty on purpose: see tensorflow/lite/c/c_api.h beside it. */
