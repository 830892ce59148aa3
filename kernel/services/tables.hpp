// One C table per service; each lives beside its functions.
#pragma once

#include "collet/ext/app.h"
#include "collet/ext/blob.h"
#include "collet/ext/complete.h"
#include "collet/ext/embed.h"
#include "collet/ext/exec.h"
#include "collet/ext/http.h"
#include "collet/ext/kv.h"
#include "collet/ext/log.h"
#include "collet/ext/metrics.h"
#include "collet/ext/secrets.h"

namespace collet::services {

extern const collet_log kLogTable;
extern const collet_app kAppTable;
extern const collet_secrets kSecretsTable;
extern const collet_exec kExecTable;
extern const collet_http kHttpTable;
extern const collet_kv kKvTable;
extern const collet_blob kBlobTable;
extern const collet_metrics kMetricsTable;
extern const collet_complete kCompleteTable;
extern const collet_embed kEmbedTable;

}  // namespace collet::services
