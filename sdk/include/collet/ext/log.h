/* collet.log/1 - lines in the server's log. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The host adds plugin, instance, tool, request and call id, and blots out the
 * values of all the server's secrets and config vars that have 8 bytes or more;
 * shorter ones ("on", "8080") would take ordinary words with them, so do not log
 * what may be one. Works for call.id 0 too.
 */
#ifndef COLLET_EXT_LOG_H
#define COLLET_EXT_LOG_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_LOG_ID "collet.log/1"

#define COLLET_LOG_DEBUG 1
#define COLLET_LOG_INFO 2
#define COLLET_LOG_WARN 3
#define COLLET_LOG_ERROR 4

typedef struct collet_log {
  uint32_t struct_size;
  uint32_t reserved;
  /* 1 if a line of this level would be written: ask before building one. [any] */
  int32_t (*enabled)(collet_call call, int32_t level);
  /* One line. `message` is a fixed sentence, what varies goes into `fields`, a
   * JSON object or absent. Works after the end of the call, too. Cut at 4096
   * bytes. INVALID: `fields` is no JSON object, or longer than 16384 bytes; the
   * line is written without. [any] */
  collet_status (*write)(collet_call call, int32_t level, collet_str message,
                         collet_str fields);
} collet_log;

COLLET_SIZE_(collet_log, 24);
COLLET_AT_(collet_log, struct_size, 0);
COLLET_AT_(collet_log, reserved, 4);
COLLET_AT_(collet_log, enabled, 8);
COLLET_AT_(collet_log, write, 16);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_LOG_H */
