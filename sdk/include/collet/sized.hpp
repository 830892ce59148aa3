// collet/sized.hpp - reads a struct that another version of the headers may have
// written (convention 2 of abi.h).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "collet/abi.h"
#include "collet/ext/app.h"
#include "collet/ext/blob.h"
#include "collet/ext/embed.h"
#include "collet/ext/exec.h"
#include "collet/ext/http.h"
#include "collet/ext/kv.h"
#include "collet/ext/log.h"
#include "collet/ext/metrics.h"
#include "collet/ext/redact.h"
#include "collet/ext/secrets.h"
#include "collet/ext/commands.h"
#include "collet/ext/complete.h"
#include "collet/ext/specialize.h"

namespace collet {

/// Bytes that a struct had in 1.0: what every writer has to claim. A number, not
/// a sizeof, since it stays when the struct grows.
template <class T>
inline constexpr std::size_t kFirstSize = 0;
#define COLLET_FIRST_SIZE_(type, bytes)                 \
  template <>                                           \
  inline constexpr std::size_t kFirstSize<type> = bytes; \
  static_assert(sizeof(type) >= (bytes))

COLLET_FIRST_SIZE_(collet_example, 88);
COLLET_FIRST_SIZE_(collet_tool, 160);
COLLET_FIRST_SIZE_(collet_call_info, 136);
COLLET_FIRST_SIZE_(collet_content, 56);
COLLET_FIRST_SIZE_(collet_progress, 40);
COLLET_FIRST_SIZE_(collet_finish, 48);
COLLET_FIRST_SIZE_(collet_call_api, 56);
COLLET_FIRST_SIZE_(collet_host, 40);
COLLET_FIRST_SIZE_(collet_plugin, 64);
COLLET_FIRST_SIZE_(collet_app, 32);
COLLET_FIRST_SIZE_(collet_blob_view, 56);
COLLET_FIRST_SIZE_(collet_blob, 32);
COLLET_FIRST_SIZE_(collet_commands, 16);
COLLET_FIRST_SIZE_(collet_complete_request, 64);
COLLET_FIRST_SIZE_(collet_complete_result, 80);
COLLET_FIRST_SIZE_(collet_complete, 16);
COLLET_FIRST_SIZE_(collet_exec_keep, 40);
COLLET_FIRST_SIZE_(collet_exec_request, 64);
COLLET_FIRST_SIZE_(collet_exec_result, 120);
COLLET_FIRST_SIZE_(collet_exec, 24);
COLLET_FIRST_SIZE_(collet_embed_request, 40);
COLLET_FIRST_SIZE_(collet_embed_result, 56);
COLLET_FIRST_SIZE_(collet_embed, 16);
COLLET_FIRST_SIZE_(collet_http_request, 80);
COLLET_FIRST_SIZE_(collet_http_result, 72);
COLLET_FIRST_SIZE_(collet_http, 16);
COLLET_FIRST_SIZE_(collet_kv, 32);
COLLET_FIRST_SIZE_(collet_log, 24);
COLLET_FIRST_SIZE_(collet_metric, 56);
COLLET_FIRST_SIZE_(collet_metrics, 32);
COLLET_FIRST_SIZE_(collet_redact_request, 40);
COLLET_FIRST_SIZE_(collet_redact, 16);
COLLET_FIRST_SIZE_(collet_secrets, 16);
COLLET_FIRST_SIZE_(collet_specialize_request, 104);
COLLET_FIRST_SIZE_(collet_specialize, 16);
#undef COLLET_FIRST_SIZE_

/// False for NULL and for a struct that claims less than 1.0 had: malformed.
template <class T>
[[nodiscard]] bool is_whole(const T* from) {
  static_assert(kFirstSize<T> > 0, "give the struct a line above");
  return from != nullptr && from->struct_size >= kFirstSize<T>;
}

/// `from` in our own size: what its writer did not know is zero. Only after
/// is_whole().
template <class T>
[[nodiscard]] T read_struct(const T* from) {
  T out = {};
  std::memcpy(&out, from, std::min<std::size_t>(from->struct_size, sizeof(T)));
  out.struct_size = sizeof(T);
  return out;
}

}  // namespace collet
