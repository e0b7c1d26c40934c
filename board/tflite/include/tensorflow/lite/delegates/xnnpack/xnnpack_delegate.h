/* The XNNPACK delegate's entry points, as `tflitec` uses them. Written for bccscope. */
#ifndef BCCSCOPE_TFLITE_XNNPACK_DELEGATE_H_
#define BCCSCOPE_TFLITE_XNNPACK_DELEGATE_H_

#include "tensorflow/lite/c/c_api.h"

/* tflitec sets only `num_threads`, the first member in every TensorFlow Lite
 * version. The struct is returned by value, so the caller must reserve at least
 * as much as the library writes (48 bytes in 2.17); the rest is opaque to us and
 * generously sized, and goes back to the library untouched. */
typedef struct {
  int32_t num_threads;
  uint32_t flags;
  uint64_t opaque[31];
} TfLiteXNNPackDelegateOptions;

TfLiteXNNPackDelegateOptions TfLiteXNNPackDelegateOptionsDefault(void);
TfLiteDelegate* TfLiteXNNPackDelegateCreate(const TfLiteXNNPackDelegateOptions* options);
void TfLiteXNNPackDelegateDelete(TfLiteDelegate* delegate);

#endif
