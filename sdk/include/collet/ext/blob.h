/* collet.blob/1 - large data by reference. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * An id is unguessable; whoever holds it may read the blob. A blob that nobody
 * touches for a while is forgotten.
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
  /* Copies the data; `id` receives the new id, for COLLET_CONTENT_BLOB. LIMIT:
   * larger than what the host keeps. [any] */
  collet_status (*put)(collet_call call, const collet_blob_view *blob, collet_text_fn id,
                       void *user);
  /* NOT_FOUND: unknown or forgotten. The view lives until `each` returns. [any] */
  collet_status (*get)(collet_call call, collet_str id, collet_blob_fn each, void *user);
  /* NOT_FOUND, or another instance's: DENIED. [any] */
  collet_status (*remove)(collet_call call, collet_str id);
} collet_blob;

COLLET_SIZE_(collet_blob_view, 56);
COLLET_AT_(collet_blob_view, data, 8);
COLLET_AT_(collet_blob_view, mime, 24);
COLLET_AT_(collet_blob_view, name, 40);
COLLET_SIZE_(collet_blob, 32);
COLLET_AT_(collet_blob, put, 8);
COLLET_AT_(collet_blob, get, 16);
COLLET_AT_(collet_blob, remove, 24);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_BLOB_H */
