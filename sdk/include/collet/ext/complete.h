/* collet.complete/1 - a text by a model of the operator's. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * For tools that need a model themselves, as for a summary. What is asked costs
 * what a request of the caller's own would, and counts against the same limits,
 * so a tool should ask only where its caller agreed. The text goes to whoever
 * runs the model, which is offered no tools. Needs a call: call.id 0 is INVALID.
 * The end of the call ends the request.
 */
#ifndef COLLET_EXT_COMPLETE_H
#define COLLET_EXT_COMPLETE_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_COMPLETE_ID "collet.complete/1"
#define COLLET_COMPLETE_BYTES_MAX 1048576u /* instructions and text together */

typedef struct collet_complete_request {
  uint32_t struct_size;
  uint32_t flags;          /* 0 */
  collet_str model;        /* its id or an alias; absent: the one that called the tool,
                              else the first that writes text */
  collet_str instructions; /* the system message; may be absent */
  collet_str text;         /* the user's message */
  uint32_t tokens_max;     /* of the answer; 0: the model's own limit */
  uint32_t timeout_ms;     /* 0: the call's remaining time; never more */
} collet_complete_request;

/* collet_complete_result.flags */
#define COLLET_COMPLETE_CUT 0x1u /* the answer is longer than tokens_max */

typedef struct collet_complete_result {
  uint32_t struct_size;
  collet_status status; /* NOT_FOUND: no such model, or none writes text. LIMIT (the
                           model's rate), TIMEOUT, CANCELLED, UNAVAILABLE (the model),
                           INVALID, DENIED, INTERNAL (what it said) */
  collet_str model;     /* its id */
  collet_str text;      /* what it wrote */
  collet_str message;   /* why, unless OK */
  uint64_t prompt_tokens; /* as the model counts them; 0: not told */
  uint64_t completion_tokens;
  uint32_t flags;
  uint32_t reserved;
} collet_complete_result;

/* Called exactly once for each `complete` that answered PENDING, maybe before it has
 * returned, and also when the call has ended meanwhile, maybe after its finish. Runs on a
 * thread that serves other calls too: must be quick, must not block. [io] */
typedef void (*collet_complete_done_fn)(void *user, const collet_complete_result *result);

typedef struct collet_complete {
  uint32_t struct_size;
  uint32_t reserved;
  /* PENDING: `done` will come. INVALID: no text, one that is no UTF-8, or call.id 0. LIMIT:
   * longer than COLLET_COMPLETE_BYTES_MAX. UNAVAILABLE: this host has no models, or does
   * not know a flag. CLOSED: the call is over. [any] */
  collet_status (*complete)(collet_call call, const collet_complete_request *request,
                            collet_complete_done_fn done, void *user);
} collet_complete;

COLLET_SIZE_(collet_complete_request, 64);
COLLET_AT_(collet_complete_request, struct_size, 0);
COLLET_AT_(collet_complete_request, flags, 4);
COLLET_AT_(collet_complete_request, model, 8);
COLLET_AT_(collet_complete_request, instructions, 24);
COLLET_AT_(collet_complete_request, text, 40);
COLLET_AT_(collet_complete_request, tokens_max, 56);
COLLET_AT_(collet_complete_request, timeout_ms, 60);
COLLET_SIZE_(collet_complete_result, 80);
COLLET_AT_(collet_complete_result, struct_size, 0);
COLLET_AT_(collet_complete_result, status, 4);
COLLET_AT_(collet_complete_result, model, 8);
COLLET_AT_(collet_complete_result, text, 24);
COLLET_AT_(collet_complete_result, message, 40);
COLLET_AT_(collet_complete_result, prompt_tokens, 56);
COLLET_AT_(collet_complete_result, completion_tokens, 64);
COLLET_AT_(collet_complete_result, flags, 72);
COLLET_AT_(collet_complete_result, reserved, 76);
COLLET_SIZE_(collet_complete, 16);
COLLET_AT_(collet_complete, struct_size, 0);
COLLET_AT_(collet_complete, reserved, 4);
COLLET_AT_(collet_complete, complete, 8);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_COMPLETE_H */
