#include <gtest/gtest.h>

#include "llm/embedded_status.hpp"

namespace collet::llm {
namespace {

EmbeddedStatus after_lines(std::initializer_list<const char*> lines) {
  EmbeddedStatus status;
  for (const auto* line : lines) status = after(std::move(status), *Value::parse(line));
  return status;
}

TEST(EmbeddedStatus, TellsHowFarADownloadIs) {
  const auto status =
      after_lines({R"({"event":"progress","step":"downloading","file":"w","bytes":430000000,"bytes_total":1000000000})"});
  EXPECT_EQ(status.state, EmbeddedState::downloading);
  EXPECT_EQ(describe(status), "the model is still being downloaded: 43 % of 1000 MB");
}

TEST(EmbeddedStatus, TellsWhatALongStepIs) {
  EXPECT_EQ(describe(after_lines({R"({"event":"progress","step":"checking","bytes":5,"bytes_total":10})"})),
            "the model's files are being checked: 50 % of 1 MB");
  EXPECT_EQ(describe(after_lines({R"({"event":"working","message":"installing the model runtime x"})"})),
            "the model is being made ready: installing the model runtime x");
}

TEST(EmbeddedStatus, KnowsTheAddressOnceReadyAndCountsStarts) {
  const auto status = after_lines({R"({"event":"starting","runtime":"fast"})",
                                   R"({"event":"ready","url":"http://127.0.0.1:9","runtime":"fast","pid":42})",
                                   R"({"event":"healthy"})"});
  EXPECT_EQ(status.state, EmbeddedState::ready);
  EXPECT_EQ(status.base_url, "http://127.0.0.1:9/v1");
  EXPECT_EQ(status.pid, 42);
  EXPECT_EQ(status.starts, 1);
  EXPECT_EQ(status.runtime, "fast");
}

TEST(EmbeddedStatus, ForgetsTheAddressOnFailure) {
  const auto status = after_lines({R"({"event":"ready","url":"http://127.0.0.1:9","pid":42})",
                                   R"({"event":"failed","message":"no room on the disk"})"});
  EXPECT_EQ(status.base_url, "");
  EXPECT_EQ(describe(status), "the model cannot run: no room on the disk");
}

TEST(EmbeddedStatus, IgnoresLinesItDoesNotKnow) {
  const auto status = after_lines({R"({"event":"ready","url":"http://127.0.0.1:9","pid":42})", R"({"event":"news"})",
                                   R"([1,2])", R"("text")"});
  EXPECT_EQ(status.state, EmbeddedState::ready);
}

}  // namespace
}  // namespace collet::llm
