// Loads well and then breaks one rule per tool.
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include "collet/plugin.hpp"

namespace {

using namespace collet;

class Misbehaves {
 public:
  std::vector<ToolSpec> tools() const {
    std::vector<ToolSpec> out;
    const auto add = [&](const char* name, bool blocking) {
      ToolSpec spec{.name = name, .description = name};
      spec.input_schema = R"({"type":"object"})";
      spec.blocking = blocking;
      if (std::string_view(name) == "bad_json") spec.output_schema = R"({"type":"object","required":["a"]})";
      out.push_back(std::move(spec));
    };
    for (const char* name : {"throws_std", "throws_int", "ignores_cancel", "says_much", "bad_utf8", "bad_json", "tries_exec"}) add(name, true);
    for (const char* name : {"finishes_twice", "emits_late", "drops_call", "start_throws"}) add(name, false);
    return out;
  }

  Result<void> run(Call& call, std::string_view tool, const Args& args) {
    if (tool == "throws_std") throw std::runtime_error("an exception of mine");
    if (tool == "throws_int") throw 42;
    if (tool == "ignores_cancel") {
      call.progress("deaf from now on");
      return wait_for_file(args);
    }
    if (tool == "says_much") {
      const std::string piece(1000, 'x');
      while (call.text(piece)) {}
      return {};
    }
    if (tool == "bad_utf8") {
      (void)call.text("a\xff" "b ");
      (void)call.text("in a block \xff of eight ");
      return call.text("fine: gr\xC3\xBC\xC3\x9F");
    }
    if (tool == "tries_exec") return call.exec({}, [](const ExecResult&) {});
    return call.json(std::string_view(R"({"b":1})"));
  }

  void start(Call call, std::string_view tool, const Args&) {
    if (tool == "start_throws") throw std::runtime_error("thrown from start");
    if (tool == "drops_call") return;
    if (tool == "finishes_twice") {
      (void)call.text("first");
      call.finish();
      // Past the glue, which would swallow it: the host itself must hold.
      call.fail({Errc::internal, "second"});
      return;
    }
    call.finish();
    if (call.text("too late")) std::abort();
  }

 private:
  static Result<void> wait_for_file(const Args& args) {
    const auto file = args.string("until");
    if (!file) return file.error();
    while (access(file->c_str(), F_OK) != 0) usleep(2'000);
    return {};
  }
};

}  // namespace

COLLET_PLUGIN(Misbehaves, R"({"id": "misbehaves", "version": "1.0.0"})")
