/* collet.kv/1 - small values that outlive a call. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each plugin instance has a name space of its own. Values live until they are
 * removed, expire, or the server stops. Works for call.id 0 too.
 */
#ifndef COLLET_EXT_KV_H
#define COLLET_EXT_KV_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_KV_ID "collet.kv/1"

#define COLLET_KV_ANY UINT64_MAX /* `expected`: whatever is there */
#define COLLET_KV_ABSENT 0u      /* `expected`: nothing must be there */

/* Receives a value and its version, which grows with every put. */
typedef void (*collet_kv_fn)(void *user, collet_str value, uint64_t version);

typedef struct collet_kv {
  uint32_t struct_size;
  uint32_t reserved;
  /* NOT_FOUND: no such key. CLOSED, in all three: the call is over. [any] */
  collet_status (*get)(collet_call call, collet_str key, collet_kv_fn value, void *user);
  /* `ttl_ms` 0: for ever. `expected` is a version or one of the two above.
   * `version` (may be NULL) gets the new version, after CONFLICT the present
   * one. INVALID: key empty or longer than 256 bytes, ttl_ms negative. CONFLICT:
   * another version is there, nothing was done. LIMIT: the instance holds too
   * much already. [any] */
  collet_status (*put)(collet_call call, collet_str key, collet_str value, int64_t ttl_ms,
                       uint64_t expected, uint64_t *version);
  /* NOT_FOUND: no such key. CONFLICT: as above. [any] */
  collet_status (*remove)(collet_call call, collet_str key, uint64_t expected);
} collet_kv;

COLLET_SIZE_(collet_kv, 32);
COLLET_AT_(collet_kv, struct_size, 0);
COLLET_AT_(collet_kv, reserved, 4);
COLLET_AT_(collet_kv, get, 8);
COLLET_AT_(collet_kv, put, 16);
COLLET_AT_(collet_kv, remove, 24);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_KV_H */
