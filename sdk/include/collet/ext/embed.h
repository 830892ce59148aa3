/* collet.embed/1 - vectors of texts, by a model of the operator's. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The model is one of the configuration with the type text-to-embedding, as
 * POST /v1/embeddings has it. Texts go to whoever runs it. Needs a call: call.id 0 is
 * INVALID. The end of the call ends the request.
 */
#ifndef COLLET_EXT_EMBED_H
#define COLLET_EXT_EMBED_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_EMBED_ID "collet.embed/1"

typedef struct collet_embed_request {
  uint32_t struct_size;
  uint32_t flags;           /* 0 */
  collet_str model;         /* its id or an alias; absent: the first that makes vectors */
  const collet_str *texts;  /* UTF-8 */
  uint32_t text_count;      /* 1..96 */
  uint32_t timeout_ms;      /* 0: the call's remaining time; never more */
} collet_embed_request;

typedef struct collet_embed_result {
  uint32_t struct_size;
  collet_status status; /* NOT_FOUND: no such model, or none makes vectors. TIMEOUT,
                           CANCELLED, UNAVAILABLE (the model), INTERNAL (what it said) */
  collet_str model;     /* its id */
  const float *values;  /* text_count vectors, one after the other */
  uint32_t dimensions;
  uint32_t text_count;
  collet_str message;   /* why, unless OK */
} collet_embed_result;

/* Called exactly once for each `embed` that answered PENDING, maybe before `embed` has
 * returned, and also when the call has ended meanwhile, maybe after its finish. Runs on a
 * thread that serves other calls too: must be quick, must not block. [io] */
typedef void (*collet_embed_done_fn)(void *user, const collet_embed_result *result);

typedef struct collet_embed {
  uint32_t struct_size;
  uint32_t reserved;
  /* PENDING: `done` will come. INVALID: no text, too many, one that is no UTF-8 or empty,
   * or call.id 0. UNAVAILABLE: this host embeds nothing, or does not know a flag. CLOSED:
   * the call is over. [any] */
  collet_status (*embed)(collet_call call, const collet_embed_request *request,
                         collet_embed_done_fn done, void *user);
} collet_embed;

COLLET_SIZE_(collet_embed_request, 40);
COLLET_AT_(collet_embed_request, struct_size, 0);
COLLET_AT_(collet_embed_request, flags, 4);
COLLET_AT_(collet_embed_request, model, 8);
COLLET_AT_(collet_embed_request, texts, 24);
COLLET_AT_(collet_embed_request, text_count, 32);
COLLET_AT_(collet_embed_request, timeout_ms, 36);
COLLET_SIZE_(collet_embed_result, 56);
COLLET_AT_(collet_embed_result, struct_size, 0);
COLLET_AT_(collet_embed_result, status, 4);
COLLET_AT_(collet_embed_result, model, 8);
COLLET_AT_(collet_embed_result, values, 24);
COLLET_AT_(collet_embed_result, dimensions, 32);
COLLET_AT_(collet_embed_result, text_count, 36);
COLLET_AT_(collet_embed_result, message, 40);
COLLET_SIZE_(collet_embed, 16);
COLLET_AT_(collet_embed, struct_size, 0);
COLLET_AT_(collet_embed, reserved, 4);
COLLET_AT_(collet_embed, embed, 8);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_EMBED_H */
