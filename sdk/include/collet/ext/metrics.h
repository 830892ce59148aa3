/* collet.metrics/1 - counters, gauges and histograms. Host service.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Shown by the server's metrics page as collet_plugin_<name>, with the plugin
 * instance as a label. Define all of them in `create`. Works for call.id 0 too.
 */
#ifndef COLLET_EXT_METRICS_H
#define COLLET_EXT_METRICS_H

#include "collet/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_METRICS_ID "collet.metrics/1"

#define COLLET_METRIC_COUNTER 1   /* only grows */
#define COLLET_METRIC_GAUGE 2     /* is set */
#define COLLET_METRIC_HISTOGRAM 3 /* is observed; buckets fixed at 0.001 to 120,
                                     made for seconds */

typedef struct collet_metric {
  uint32_t struct_size;
  int32_t kind;
  collet_str name;  /* ^[a-z][a-z0-9_]{0,63}$, unit last, in base units:
                       "wait_seconds", "read_bytes"; a counter ends in _total */
  collet_str help;  /* one sentence */
  collet_str label; /* name of the one label, formed likewise; absent: none */
} collet_metric;

typedef struct collet_metrics {
  uint32_t struct_size;
  uint32_t reserved;
  /* `id` is for the functions below. The same name again gives the same id.
   * INVALID: bad name, or defined otherwise before. LIMIT: too many. [control] */
  collet_status (*define)(collet_call self, const collet_metric *metric, uint32_t *id);
  /* Adds to a counter. `label` is its value, absent without a label. NOT_FOUND:
   * no such id. INVALID: another kind, negative amount, a label that is missing,
   * unwanted or longer than 128 bytes. LIMIT: too many values of the label. [any] */
  collet_status (*count)(collet_call call, uint32_t id, collet_str label, double amount);
  /* Sets a gauge or enters one value into a histogram; in the unit of the name.
   * Errors as above. [any] */
  collet_status (*observe)(collet_call call, uint32_t id, collet_str label, double value);
} collet_metrics;

COLLET_SIZE_(collet_metric, 56);
COLLET_AT_(collet_metric, struct_size, 0);
COLLET_AT_(collet_metric, kind, 4);
COLLET_AT_(collet_metric, name, 8);
COLLET_AT_(collet_metric, help, 24);
COLLET_AT_(collet_metric, label, 40);
COLLET_SIZE_(collet_metrics, 32);
COLLET_AT_(collet_metrics, struct_size, 0);
COLLET_AT_(collet_metrics, reserved, 4);
COLLET_AT_(collet_metrics, define, 8);
COLLET_AT_(collet_metrics, count, 16);
COLLET_AT_(collet_metrics, observe, 24);

#ifdef __cplusplus
}
#endif

#endif /* COLLET_EXT_METRICS_H */
