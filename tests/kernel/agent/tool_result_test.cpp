#include "agent/tool_result.hpp"

#include <gtest/gtest.h>

#include "collet/abi.h"

namespace collet::agent {
namespace {

plugin::CallOutcome outcome_of(std::vector<plugin::Content> contents) {
  plugin::CallOutcome outcome;
  outcome.contents = std::move(contents);
  return outcome;
}

TEST(ToolResult, WritesTextAsTheDocumentedResult) {
  EXPECT_EQ(to_call_tool_result(outcome_of({{COLLET_CONTENT_TEXT, "", "hi \"there\"", ""}})),
            R"({"content":[{"type":"text","text":"hi \"there\""}],"isError":false})");
}

TEST(ToolResult, WritesAnImageAsBase64) {
  EXPECT_EQ(to_call_tool_result(outcome_of({{COLLET_CONTENT_IMAGE, "image/png", "abcd", "plot.png"}})),
            R"({"content":[{"type":"image","data":"YWJjZA==","mimeType":"image/png"}],"isError":false})");
}

TEST(ToolResult, AddsStructuredContentForJson) {
  EXPECT_EQ(to_call_tool_result(outcome_of({{COLLET_CONTENT_JSON, "", R"({"n":1})", ""}})),
            R"({"content":[{"type":"text","text":"{\"n\":1}"}],"structuredContent":{"n":1},"isError":false})");
}

TEST(ToolResult, LineEndsOfAToolsJsonDoNotBreakTheEvent) {
  const std::string result = to_call_tool_result(outcome_of({{COLLET_CONTENT_JSON, "", "{\r\n \"n\": \"a\\nb\"\n}", ""}}));
  EXPECT_EQ(result.find_first_of("\r\n"), std::string::npos) << result;
  EXPECT_NE(result.find(R"("structuredContent":{   "n": "a\nb" })"), std::string::npos) << result;
}

TEST(ToolResult, KeepsPartialOutputBesideAFailure) {
  plugin::CallOutcome outcome = outcome_of({{COLLET_CONTENT_TEXT, "", "partial", ""}});
  outcome.status = Error{Errc::timeout, "took too long"};
  EXPECT_EQ(to_call_tool_result(outcome),
            R"({"content":[{"type":"text","text":"partial"},{"type":"text","text":"took too long"}],"isError":true})");
}

TEST(ToolResult, TakesKindsOfANewerMinorAsText) {
  EXPECT_EQ(to_call_tool_result(outcome_of({{99, "", "x", ""}})),
            R"({"content":[{"type":"text","text":"x"}],"isError":false})");
}

TEST(ToolResult, KnowsWhichPicturesAModelCanBeShown) {
  const plugin::CallOutcome outcome = outcome_of({{COLLET_CONTENT_TEXT, "", "made", ""},
                                                  {COLLET_CONTENT_IMAGE, "image/png", "abcd", "plot.png"},
                                                  {COLLET_CONTENT_IMAGE, "image/svg+xml", "<svg", ""},
                                                  {COLLET_CONTENT_IMAGE, "image/jpeg", "abcde", "b.jpg"}});
  const auto pictures = pictures_of(outcome, 4);
  ASSERT_EQ(pictures.size(), 3u);
  EXPECT_EQ(pictures[0].name, "plot.png");
  EXPECT_EQ(pictures[0].url, "data:image/png;base64,YWJjZA==");
  EXPECT_EQ(pictures[1].name, "image/svg+xml");
  EXPECT_EQ(pictures[1].url, "") << "not every server takes it";
  EXPECT_EQ(pictures[2].url, "") << "too large";
  EXPECT_EQ(pictures_of(outcome, 0)[0].url, "");
}

}  // namespace
}  // namespace collet::agent
