// code_exec in the real host, with real boxes.
#pragma once

#include <string>
#include <string_view>

#include <unistd.h>

#include "collet/abi.h"
#include "plugins/real_boxes.hpp"

namespace collet::test {

class CodeExecBox : private Boxes, public PluginHostTest {
 protected:
  /// @param tool  what run() calls.
  /// @param state where trees are kept: Go's standard library is compiled once for all tests.
  /// @param options of the plugin, JSON.
  /// @param cancel_grace_ms 0: the fixture's.
  explicit CodeExecBox(std::string tool, std::string state = COLLET_TEST_STATE, std::string_view options = "", std::int64_t cancel_grace_ms = 0) : tool_(std::move(tool)) {
    if (!options.empty()) settings_.plugins.instances = {{"code_exec", "code_exec", Value::parse(options).value()}};
    settings_.sizes["standard-1x"] = config::SizeSettings{};
    settings_.state_dir = std::move(state);
    if (cancel_grace_ms > 0) settings_.limits.cancel_grace_ms = cancel_grace_ms;
    load(COLLET_CODE_EXEC_FOLDER);
  }
  ~CodeExecBox() override {
    host_->shutdown();
    settle();
  }
  sandbox::Sandbox& box() override { return *box_; }
  void SetUp() override {
    ASSERT_EQ(box_->unavailable_reason(), "");
    if (tool_ != "code_exec_go") return;
    const auto outcome = run(" ", 100'000);
    ASSERT_FALSE(outcome.is_error) << show(outcome);
  }

  static std::string with_code(std::string_view code) { return json::object({{"code", code}}).dump(); }
  plugin::CallOutcome run(std::string_view code, std::int64_t timeout_ms = 20'000) {
    plugin::CallFacts facts;
    facts.size = "standard-1x";
    facts.timeout_ms = timeout_ms;
    return call(tool_, with_code(code), facts);
  }
  static Value result(const plugin::CallOutcome& outcome) {
    if (outcome.contents.empty()) {
      ADD_FAILURE() << show(outcome);
      return {};
    }
    return Value::parse(outcome.contents[0].data).value_or(Value());
  }
  Value result_of(std::string_view code) { return result(run(code)); }
  /// What a program prints that must end well.
  std::string output_of(std::string_view code) {
    const Value json = result_of(code);
    EXPECT_EQ(json["returncode"].as_int64(), 0) << code << "\n" << json.dump();
    EXPECT_EQ(json["stderr"].string_or("-"), "") << code;
    return std::string(json["stdout"].string_or("-"));
  }

  std::string tool_;
};

}  // namespace collet::test

