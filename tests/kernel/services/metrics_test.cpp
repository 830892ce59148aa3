#include "services/metrics.hpp"

#include <gtest/gtest.h>

#include "collet/ext/metrics.h"

namespace collet::services {
namespace {

TEST(Metrics, RenderAsPrometheusText) {
  MetricsStore store;
  const auto runs = store.define({"one", COLLET_METRIC_COUNTER, "runs_total", "Runs.", "language"});
  const auto runs_of_two = store.define({"two", COLLET_METRIC_COUNTER, "runs_total", "Runs.", "language"});
  const auto open = store.define({"one", COLLET_METRIC_GAUGE, "open_files", "Open files.", ""});
  const auto time = store.define({"one", COLLET_METRIC_HISTOGRAM, "wait_seconds", "Waiting.", ""});
  ASSERT_TRUE(runs.ok() && runs_of_two.ok() && open.ok() && time.ok());
  EXPECT_TRUE(store.count("one", *runs, "a\"b", 2).ok());
  EXPECT_TRUE(store.count("one", *runs, "a\"b", 0.5).ok());
  EXPECT_TRUE(store.count("two", *runs_of_two, "c", 1).ok());
  EXPECT_TRUE(store.observe("one", *open, "", 7).ok());
  EXPECT_TRUE(store.observe("one", *time, "", 0.003).ok());
  EXPECT_TRUE(store.observe("one", *time, "", 1000).ok());
  const std::string text = store.collect();
  EXPECT_TRUE(text.starts_with("# HELP collet_plugin_open_files Open files.\n# TYPE collet_plugin_open_files gauge\n"
                               "collet_plugin_open_files{instance=\"one\"} 7\n"
                               "# HELP collet_plugin_runs_total Runs.\n# TYPE collet_plugin_runs_total counter\n"
                               "collet_plugin_runs_total{instance=\"one\",language=\"a\\\"b\"} 2.5\n"
                               "collet_plugin_runs_total{instance=\"two\",language=\"c\"} 1\n"))
      << text;
  EXPECT_NE(text.find("collet_plugin_wait_seconds_bucket{instance=\"one\",le=\"0.0025\"} 0\n"), std::string::npos) << text;
  EXPECT_NE(text.find("collet_plugin_wait_seconds_bucket{instance=\"one\",le=\"0.005\"} 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("collet_plugin_wait_seconds_bucket{instance=\"one\",le=\"+Inf\"} 2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("collet_plugin_wait_seconds_sum{instance=\"one\"} 1000.003\n"), std::string::npos) << text;
}

TEST(Metrics, OneNameHasOneMeaning) {
  MetricsStore store;
  const auto id = store.define({"one", COLLET_METRIC_COUNTER, "n", "h", ""});
  EXPECT_EQ(*store.define({"one", COLLET_METRIC_COUNTER, "n", "h", ""}), *id);
  EXPECT_EQ(store.define({"two", COLLET_METRIC_GAUGE, "n", "h", ""}).error().code, Errc::invalid);
  EXPECT_EQ(store.define({"one", COLLET_METRIC_COUNTER, "n", "other", ""}).error().code, Errc::invalid);
  EXPECT_EQ(store.define({"one", COLLET_METRIC_COUNTER, "Bad Name", "h", ""}).error().code, Errc::invalid);
  EXPECT_EQ(store.define({"one", 9, "m", "h", ""}).error().code, Errc::invalid);
}

TEST(Metrics, RefuseWhatDoesNotFit) {
  MetricsStore store;
  const auto id = *store.define({"one", COLLET_METRIC_COUNTER, "n", "h", "who"});
  EXPECT_EQ(store.count("one", id, "", 1).error().code, Errc::invalid);
  EXPECT_EQ(store.count("one", id, "x", -1).error().code, Errc::invalid);
  EXPECT_EQ(store.observe("one", id, "x", 1).error().code, Errc::invalid);
  EXPECT_EQ(store.count("two", id, "x", 1).error().code, Errc::not_found);
  EXPECT_EQ(store.count("one", id + 1, "x", 1).error().code, Errc::not_found);
  for (int i = 0; i < 64; ++i) EXPECT_TRUE(store.count("one", id, std::to_string(i), 1).ok());
  EXPECT_EQ(store.count("one", id, "one too many", 1).error().code, Errc::limit);
}

}  // namespace
}  // namespace collet::services
