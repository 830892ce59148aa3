// The plugin in a fake host: no server, no model, no other library.
#include <iostream>
#include <string>

#include "collet/testing/fake_host.hpp"

namespace {

int failures = 0;

void expect(const std::string& what, const std::string& got, const std::string& wanted) {
  if (got == wanted) return;
  ++failures;
  std::cerr << what << "\n  got:    " << got << "\n  wanted: " << wanted << "\n";
}

}  // namespace

int main() {
  using collet::testing::FakeHost;
  FakeHost host(collet_plugin_entry_v1);
  expect("one tool", std::to_string(host.tools().size()), "1");
  expect("counts", host.call("my_plugin_count", R"({"text":"to be\nor not"})").text(),
         R"({"words":4,"lines":2,"longest":"not"})");
  expect("leaves out short words", host.call("my_plugin_count", R"({"text":"a bb ccc","min_length":2})").text(),
         R"({"words":2,"lines":1,"longest":"ccc"})");
  expect("names the bad argument", host.call("my_plugin_count", R"({"text":12})").text(),
         "error: /text: expected a string, got 12");

  FakeHost::Options brief;
  brief.config = R"({"longest":false})";
  FakeHost configured(collet_plugin_entry_v1, brief);
  expect("heeds its option", configured.call("my_plugin_count", R"({"text":"x"})").text(), R"({"words":1,"lines":1})");
  return failures == 0 ? 0 : 1;
}
