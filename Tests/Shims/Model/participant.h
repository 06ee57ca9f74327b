// SPDX-License-Identifier: Apache-2.0
//
// The numbers of simulated threads. Their records are the last chunk, whose numbers no real thread
// ever gets to, so that the native functions find them. Nothing is ever stored in this memory, so
// each execution finds it zero.

#ifndef PERCPU_MODEL_PARTICIPANT_H
#define PERCPU_MODEL_PARTICIPANT_H

PERCPU_BEGIN

enum {
  PERCPU_MODEL_PARTICIPANTS = (PERCPU_PARTICIPANT_CHUNKS - 1) << PERCPU_PARTICIPANT_CHUNK_SHIFT,
};

PERCPU_INLINE uint32_t percpu_participant_number(void) {
  if (!percpu_model()) return percpu_native_participant_number();
  return PERCPU_MODEL_PARTICIPANTS + 1u + (uint32_t)percpu_model()->thread();
}

PERCPU_END

#endif
