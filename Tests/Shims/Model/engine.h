// SPDX-License-Identifier: Apache-2.0
// The engine of the machine that the thread runs on.

#ifndef PERCPU_MODEL_ENGINE_H
#define PERCPU_MODEL_ENGINE_H

PERCPU_BEGIN

PERCPU_INLINE bool percpu_engine_is_restartable(void) {
  return percpu_model() ? percpu_model()->restartable : percpu_native_engine_is_restartable();
}

PERCPU_END

#endif
