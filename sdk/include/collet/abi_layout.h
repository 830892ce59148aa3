/* collet/abi_layout.h - sizes and offsets of abi.h, checked by every compiler that
 * reads it. Part of abi.h, which includes it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef COLLET_ABI_LAYOUT_H
#define COLLET_ABI_LAYOUT_H

#include "collet/abi.h"

#ifdef __cplusplus
#define COLLET_ASSERT_(what) static_assert(what, #what)
#else
#define COLLET_ASSERT_(what) _Static_assert(what, #what)
#endif
#define COLLET_SIZE_(type, bytes) COLLET_ASSERT_(sizeof(type) == (bytes))
#define COLLET_AT_(type, member, offset) \
  COLLET_ASSERT_(__builtin_offsetof(type, member) == (offset))

#ifdef __cplusplus
extern "C" {
#endif

COLLET_SIZE_(void *, 8);
COLLET_SIZE_(collet_str, 16);
COLLET_AT_(collet_str, ptr, 0);
COLLET_AT_(collet_str, len, 8);
COLLET_SIZE_(collet_call, 16);
COLLET_AT_(collet_call, host, 0);
COLLET_AT_(collet_call, id, 8);
COLLET_SIZE_(collet_example, 88);
COLLET_AT_(collet_example, struct_size, 0);
COLLET_AT_(collet_example, reserved, 4);
COLLET_AT_(collet_example, request, 8);
COLLET_AT_(collet_example, task, 24);
COLLET_AT_(collet_example, arguments, 40);
COLLET_AT_(collet_example, result, 56);
COLLET_AT_(collet_example, answer, 72);
COLLET_SIZE_(collet_tool, 160);
COLLET_AT_(collet_tool, struct_size, 0);
COLLET_AT_(collet_tool, flags, 4);
COLLET_AT_(collet_tool, name, 8);
COLLET_AT_(collet_tool, name_space, 24);
COLLET_AT_(collet_tool, title, 40);
COLLET_AT_(collet_tool, description, 56);
COLLET_AT_(collet_tool, input_schema, 72);
COLLET_AT_(collet_tool, config_schema, 88);
COLLET_AT_(collet_tool, output_schema, 104);
COLLET_AT_(collet_tool, aliases, 120);
COLLET_AT_(collet_tool, examples, 128);
COLLET_AT_(collet_tool, alias_count, 136);
COLLET_AT_(collet_tool, example_count, 140);
COLLET_AT_(collet_tool, effects, 144);
COLLET_AT_(collet_tool, exposure, 148);
COLLET_AT_(collet_tool, timeout_ms, 152);
COLLET_AT_(collet_tool, concurrency_max, 156);
COLLET_SIZE_(collet_call_info, 136);
COLLET_AT_(collet_call_info, struct_size, 0);
COLLET_AT_(collet_call_info, attempt, 4);
COLLET_AT_(collet_call_info, request_id, 8);
COLLET_AT_(collet_call_info, call_id, 24);
COLLET_AT_(collet_call_info, caller, 40);
COLLET_AT_(collet_call_info, tool, 56);
COLLET_AT_(collet_call_info, app, 72);
COLLET_AT_(collet_call_info, size, 88);
COLLET_AT_(collet_call_info, tool_params, 104);
COLLET_AT_(collet_call_info, deadline_ms, 120);
COLLET_AT_(collet_call_info, output_bytes_max, 128);
COLLET_SIZE_(collet_content, 56);
COLLET_AT_(collet_content, struct_size, 0);
COLLET_AT_(collet_content, kind, 4);
COLLET_AT_(collet_content, mime, 8);
COLLET_AT_(collet_content, data, 24);
COLLET_AT_(collet_content, name, 40);
COLLET_SIZE_(collet_progress, 40);
COLLET_AT_(collet_progress, struct_size, 0);
COLLET_AT_(collet_progress, kind, 4);
COLLET_AT_(collet_progress, done, 8);
COLLET_AT_(collet_progress, total, 16);
COLLET_AT_(collet_progress, text, 24);
COLLET_SIZE_(collet_finish, 48);
COLLET_AT_(collet_finish, struct_size, 0);
COLLET_AT_(collet_finish, flags, 4);
COLLET_AT_(collet_finish, status, 8);
COLLET_AT_(collet_finish, reserved, 12);
COLLET_AT_(collet_finish, message, 16);
COLLET_AT_(collet_finish, details, 32);
COLLET_SIZE_(collet_call_api, 56);
COLLET_AT_(collet_call_api, struct_size, 0);
COLLET_AT_(collet_call_api, reserved, 4);
COLLET_AT_(collet_call_api, emit, 8);
COLLET_AT_(collet_call_api, progress, 16);
COLLET_AT_(collet_call_api, cancelled, 24);
COLLET_AT_(collet_call_api, remaining_ms, 32);
COLLET_AT_(collet_call_api, info, 40);
COLLET_AT_(collet_call_api, finish, 48);
COLLET_SIZE_(collet_host, 40);
COLLET_AT_(collet_host, struct_size, 0);
COLLET_AT_(collet_host, abi_minor, 4);
COLLET_AT_(collet_host, self, 8);
COLLET_AT_(collet_host, call, 24);
COLLET_AT_(collet_host, get_service, 32);
COLLET_SIZE_(collet_plugin, 64);
COLLET_AT_(collet_plugin, struct_size, 0);
COLLET_AT_(collet_plugin, abi_minor, 4);
COLLET_AT_(collet_plugin, create, 8);
COLLET_AT_(collet_plugin, destroy, 16);
COLLET_AT_(collet_plugin, list_tools, 24);
COLLET_AT_(collet_plugin, invoke, 32);
COLLET_AT_(collet_plugin, cancel, 40);
COLLET_AT_(collet_plugin, quiesce, 48);
COLLET_AT_(collet_plugin, get_extension, 56);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_ABI_LAYOUT_H */
