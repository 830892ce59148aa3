/* collet.blob/1 - large data by reference. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * An id cannot be guessed, and is all that it takes: every plugin instance that
 * was granted this service may read a blob whose id it holds, whoever put it
 * there, so an id in a result is the blob in the result. Blobs are kept in memory
 * and forgotten when nobody has put or read them for 10 minutes (the host may
 * choose longer), and with the server. Works for call.id 0 too.
 */
#ifndef COLLET_EXT_BLOB_H
#define COLLET_EXT_BLOB_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_BLOB_ID "collet.blob/1"

typedef struct collet_blob_view {
  uint32_t struct_size;
  uint32_t reserved;
  collet_str data;
  collet_str mime;
  collet_str name;
} collet_blob_view;

typedef void (*collet_blob_fn)(void *user, const collet_blob_view *blob);

typedef struct collet_blob {
  uint32_t struct_size;
  uint32_t reserved;
  /* Copies the data; `id` receives the new id, for COLLET_CONTENT_BLOB. INVALID:
   * mime or name is longer than COLLET_MIME_BYTES_MAX, COLLET_NAME_BYTES_MAX.
   * LIMIT: the instance's blobs together are larger than what the host keeps.
   * CLOSED: the call is over, in all three. [any] */
  collet_status (*put)(collet_call call, const collet_blob_view *blob, collet_text_fn id,
                       void *user);
  /* NOT_FOUND: unknown or forgotten. The view lives until `each` returns. [any] */
  collet_status (*get)(collet_call call, collet_str id, collet_blob_fn each, void *user);
  /* NOT_FOUND, or another instance's: DENIED. [any] */
  collet_status (*remove)(collet_call call, collet_str id);
} collet_blob;

COLLET_SIZE_(collet_blob_view, 56);
COLLET_AT_(collet_blob_view, struct_size, 0);
COLLET_AT_(collet_blob_view, reserved, 4);
COLLET_AT_(collet_blob_view, data, 8);
COLLET_AT_(collet_blob_view, mime, 24);
COLLET_AT_(collet_blob_view, name, 40);
COLLET_SIZE_(collet_blob, 32);
COLLET_AT_(collet_blob, struct_size, 0);
COLLET_AT_(collet_blob, reserved, 4);
COLLET_AT_(collet_blob, put, 8);
COLLET_AT_(collet_blob, get, 16);
COLLET_AT_(collet_blob, remove, 24);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_BLOB_H */
