#include <gtest/gtest.h>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/result_view.hpp"
#include "cli/table.hpp"

namespace collet::cli {
namespace {

TEST(Visible, EscapesControlCharactersOnly) {
  EXPECT_EQ(visible("a\tb\r\nc\x07 ü"), "a\tb\nc^G ü");
  EXPECT_EQ(visible("\x7f"), "^?");
  EXPECT_EQ(visible("\xff"), "\xEF\xBF\xBD");
}

TEST(DurationText, PicksAUnit) {
  EXPECT_EQ(duration_text(0), "0 ms");
  EXPECT_EQ(duration_text(999), "999 ms");
  EXPECT_EQ(duration_text(2149), "2.1 s");
  EXPECT_EQ(duration_text(59'949), "59.9 s");
  EXPECT_EQ(duration_text(59'950), "1 min 0 s");
  EXPECT_EQ(duration_text(65'000), "1 min 5 s");
}

TEST(BytesText, PicksAUnit) {
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "1.0 kB");
  EXPECT_EQ(bytes_text(1'117'320'768), "1.1 GB");
  EXPECT_EQ(bytes_text(999'999), "1.0 MB");
}

TEST(Table, AlignsCharactersAndCutsTheLastColumn) {
  const Table table{{"NAME", "WHAT"}, {{"ü", "short"}, {"long-name", "a text that does not fit"}}};
  EXPECT_EQ(table.text(0), "NAME       WHAT\nü          short\nlong-name  a text that does not fit\n");
  EXPECT_EQ(table.text(24), "NAME       WHAT\nü          short\nlong-name  a text tha...\n");
}

TEST(ResultView, TakesAProgramApart) {
  const auto view = view_completion(
      R"(Tool 'x' returned result: {"content":[{"type":"text","text":"{\"returncode\":1,\"stdout\":\"out\",\"stderr\":\"err\",\"status\":\"oom\",\"result\":\"7\"}"}],"isError":false})");
  EXPECT_EQ(view.returncode, 1);
  EXPECT_EQ(view.stdout_text, "out");
  EXPECT_EQ(view.stderr_text, "err");
  EXPECT_EQ(view.status, "oom");
  EXPECT_EQ(view.text, "7");
  EXPECT_FALSE(view.is_error);
}

TEST(ResultView, LeavesOtherTextsAlone) {
  EXPECT_EQ(view_completion("no wrapper").text, "no wrapper");
  EXPECT_EQ(view_completion("Tool 'x' returned result: {broken").text, "Tool 'x' returned result: {broken");
  const auto view = view_result(*Value::parse(R"([{"type":"text","text":"a"},{"type":"image","mimeType":"image/png","data":"AAAA"}])"), true);
  EXPECT_EQ(view.text, "a\n[image image/png, 4 bytes]");
  EXPECT_TRUE(view.is_error);
  EXPECT_EQ(view_result(*Value::parse(R"([{"type":"text","text":"{\"a\":1}"}])"), false).text, "{\"a\":1}");
}

TEST(ObjectText, IndentsWhatIsNested) {
  EXPECT_EQ(object_text(*Value::parse(R"({"a":1,"b":{"c":"x"},"d":["e",{"f":true}],"g":{}})")),
            "a: 1\nb:\n  c: x\nd:\n  - e\n  -\n    f: true\ng: {}\n");
}

TEST(RuntimeParams, HoldWhatWasGiven) {
  EXPECT_TRUE(runtime_params({})->is_null());
  EXPECT_EQ(runtime_params({"my-app", "standard-2x", 9, 2, R"({"cmd":"ls"})"})->dump(),
            R"({"target_app_name":"my-app","dyno_size":"standard-2x","ttl_seconds":9,"max_calls":2,"tool_params":{"cmd":"ls"}})");
  EXPECT_EQ(runtime_params({.params = "[1]"}).error().message, "--params: expected a JSON object, got array");
}

}  // namespace
}  // namespace collet::cli
