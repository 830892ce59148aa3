#include "llm/sse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace collet::llm {
namespace {

/// Events as "name|data", cut into pieces of `size` bytes.
std::vector<std::string> read_all(std::string_view bytes, std::size_t size, bool finish = false) {
  SseParser parser;
  std::vector<std::string> out;
  const auto take = [&](const SseEvent& event) {
    out.push_back(std::string(event.name) + "|" + std::string(event.data));
  };
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    parser.feed(std::string(bytes.substr(at, size)));
    for (auto event = parser.next(); event && *event; event = parser.next()) take(**event);
  }
  if (finish) {
    if (const auto event = parser.finish()) take(*event);
  }
  return out;
}

struct Case {
  const char* what;
  std::string bytes;
  std::vector<std::string> events;
};

class SseTable : public ::testing::TestWithParam<Case> {};

TEST_P(SseTable, GivesTheSameEventsHoweverTheBytesAreCut) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{4096}}) {
    EXPECT_EQ(read_all(GetParam().bytes, size), GetParam().events) << GetParam().what << ", pieces of " << size;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sse, SseTable,
    ::testing::Values(
        Case{"one event", "data: {\"a\":1}\n\n", {"|{\"a\":1}"}},
        Case{"no space after the colon", "event:message\ndata:x\n\n", {"message|x"}},
        Case{"only one space is dropped", "data:  x\n\n", {"| x"}},
        Case{"CRLF", "event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n", {"a|1", "|2"}},
        Case{"CR alone", "data: 1\r\rdata: 2\r\r", {"|1", "|2"}},
        Case{"data lines are joined", "data: 1\ndata: 2\ndata\n\n", {"|1\n2\n"}},
        Case{"comments, ids and retry are skipped", ": ping\nid: 7\nretry: 10\ndata: x\n\n: ping\n\n", {"|x"}},
        Case{"an event without data is none", "event: ping\n\ndata: x\n\n", {"|x"}},
        Case{"empty data is an event", "data:\n\n", {"|"}},
        Case{"the byte order mark goes", "\xEF\xBB\xBF" "data: x\n\n", {"|x"}},
        Case{"a mark later on stays", "data: \xEF\xBB\xBF\n\n", {"|\xEF\xBB\xBF"}},
        Case{"what is not closed stays out", "data: x\n\ndata: y\n", {"|x"}},
        Case{"unknown fields", "datax: 1\ndata: 2\n\n", {"|2"}}),
    [](const auto& info) { return std::to_string(info.index); });

TEST(Sse, FinishGivesWhatThePeerDidNotClose) {
  EXPECT_EQ(read_all("data: [DONE]", 4096, true), (std::vector<std::string>{"|[DONE]"}));
  EXPECT_EQ(read_all("data: [DONE]\n", 5, true), (std::vector<std::string>{"|[DONE]"}));
  EXPECT_EQ(read_all("data: x\n\n", 3, true), (std::vector<std::string>{"|x"}));
  EXPECT_EQ(read_all(": bye\n", 3, true), (std::vector<std::string>{}));
}

TEST(Sse, ALineBeyondTheCapIsAnError) {
  SseParser parser(16);
  parser.feed("data: 0123456789");
  ASSERT_TRUE(parser.next().ok());
  parser.feed("0123456789");
  const auto event = parser.next();
  ASSERT_FALSE(event.ok());
  EXPECT_EQ(event.error().code, Errc::limit);
}

TEST(Sse, ManyDataLinesBeyondTheCapAreAnError) {
  SseParser parser(16);
  std::string lines;
  for (int i = 0; i < 8; ++i) lines += "data: abc\n";
  parser.feed(lines);
  const auto event = parser.next();
  ASSERT_FALSE(event.ok());
  EXPECT_EQ(event.error().code, Errc::limit);
}

TEST(Sse, ALongEventInSmallPiecesIsReadInLinearTime) {
  // Quadratic work on 4 MB in 1-byte pieces would take minutes.
  const std::string data(4u << 20, 'x');
  const auto events = read_all("data: " + data + "\n\n", 1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].size(), data.size() + 1);
}

}  // namespace
}  // namespace collet::llm
