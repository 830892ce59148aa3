/* collet.secrets/1 - credentials that the operator gave this plugin. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Values come from `plugins.secrets` of the configuration, under
 * "instance/name" or "plugin/name". Never put one into a result or a log line.
 * For call.id 0 the manifest must ask for the secret by its name
 * ("secrets:NAME"): no effect of a tool stands behind such a call.
 */
#ifndef COLLET_EXT_SECRETS_H
#define COLLET_EXT_SECRETS_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_SECRETS_ID "collet.secrets/1"

typedef struct collet_secrets {
  uint32_t struct_size;
  uint32_t reserved;
  /* One value. NOT_FOUND: the operator gave none. DENIED: the manifest does not
   * ask for this name, the operator did not grant it, or the tool's effects do
   * not name SECRETS. CLOSED: the call is over. [any] */
  collet_status (*get)(collet_call call, collet_str name, collet_text_fn value,
                       void *user);
} collet_secrets;

COLLET_SIZE_(collet_secrets, 16);
COLLET_AT_(collet_secrets, struct_size, 0);
COLLET_AT_(collet_secrets, reserved, 4);
COLLET_AT_(collet_secrets, get, 8);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_SECRETS_H */
