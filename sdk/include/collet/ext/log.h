/* collet.log/1 - lines in the server's log. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The host adds plugin, instance, tool, request and call id, and leaves out the
 * values of secrets that it handed to this plugin.
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
   * JSON object or absent. Works for call.id 0 and after the end of the call.
   * INVALID: `fields` is no JSON object; the line is written without. [any] */
  collet_status (*write)(collet_call call, int32_t level, collet_str message,
                         collet_str fields);
} collet_log;

COLLET_SIZE_(collet_log, 24);
COLLET_AT_(collet_log, enabled, 8);
COLLET_AT_(collet_log, write, 16);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_LOG_H */
