/* collet.app/1 - the target app of the running call. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A call sees its own target app and no other. Config vars are secrets: the
 * tool's effects must name COLLET_EFFECT_SECRETS. call.id 0 has no app: INVALID.
 */
#ifndef COLLET_EXT_APP_H
#define COLLET_EXT_APP_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_APP_ID "collet.app/1"

typedef struct collet_app {
  uint32_t struct_size;
  uint32_t reserved;
  /* The value of one config var. NOT_FOUND: the app has none of this name, or
   * the call has no target app. DENIED: the tool's effects do not name SECRETS.
   * CLOSED: the call is over. [any] */
  collet_status (*config_var)(collet_call call, collet_str name, collet_text_fn value,
                              void *user);
  /* The names of all config vars, `each` once a name. Errors as above. [any] */
  collet_status (*config_names)(collet_call call, collet_text_fn each, void *user);
  /* The app's root folder on the host, absolute. For roots of collet.exec/1 use
   * COLLET_EXEC_APP_ROOT instead. NOT_FOUND: no app, or an app without a root.
   * DENIED: the tool's effects do not name READS. [any] */
  collet_status (*root)(collet_call call, collet_text_fn path, void *user);
} collet_app;

COLLET_SIZE_(collet_app, 32);
COLLET_AT_(collet_app, struct_size, 0);
COLLET_AT_(collet_app, reserved, 4);
COLLET_AT_(collet_app, config_var, 8);
COLLET_AT_(collet_app, config_names, 16);
COLLET_AT_(collet_app, root, 24);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_APP_H */
