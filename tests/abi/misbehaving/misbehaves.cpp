// Loads well and then breaks one rule per tool.
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include "collet/plugin.hpp"

namespace {

using namespace collet;

class Misbehaves {
 public:
  Misbehaves(Host, const Value& config) : throws_from_(config["throw"].string_or("")) {
    if (throws_from_ == "create") throw std::runtime_error("thrown from create");
  }

  std::vector<ToolSpec> tools() const {
    if (throws_from_ == "list_tools") throw std::runtime_error("thrown from tools");
    std::vector<ToolSpec> out;
    const auto add = [&](const char* name, bool blocking) {
      ToolSpec spec{.name = name, .description = name};
      spec.input_schema = R"({"type":"object"})";
      spec.blocking = blocking;
      if (std::string_view(name).starts_with("bad_json")) spec.output_schema = R"({"type":"object","required":["a"]})";
      out.push_back(std::move(spec));
    };
    for (const char* name : {"throws_std", "throws_int", "ignores_cancel", "says_much", "bad_utf8", "bad_json", "bad_json_error", "tries_exec"}) add(name, true);
    for (const char* name : {"finishes_twice", "emits_late", "drops_call", "start_throws", "cancel_throws"}) add(name, false);
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
    if (tool == "bad_json_error") {
      (void)call.json(std::string_view(R"({"error":"the table is gone"})"));
      call.finish(End{.is_error = true, .details = {}});
      return {};
    }
    return call.json(std::string_view(R"({"b":1})"));
  }

  void start(Call call, std::string_view tool, const Args&) {
    if (tool == "start_throws") throw std::runtime_error("thrown from start");
    if (tool == "drops_call") return;
    if (tool == "cancel_throws") {
      call.on_cancel([call]() mutable {
        call.fail({Errc::cancelled, "heard it"});
        throw std::runtime_error("thrown from cancel");
      });
      call.progress("waiting");
      return;
    }
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

  Result<Specialized> specialize(const SpecializeRequest&) { throw std::runtime_error("thrown from specialize"); }
  std::optional<std::string> redact(std::string_view, std::string_view) { throw std::runtime_error("thrown from redact"); }

  void quiesce(std::int64_t) { throw std::runtime_error("thrown from quiesce"); }

 private:
  static Result<void> wait_for_file(const Args& args) {
    const auto file = args.string("until");
    if (!file) return file.error();
    while (access(file->c_str(), F_OK) != 0) usleep(2'000);
    return {};
  }

  std::string throws_from_;
};

}  // namespace

COLLET_PLUGIN(Misbehaves, R"({
  "id": "misbehaves", "version": "1.0.0",
  "config_schema": {"type": "object", "properties": {"throw": {"type": "string"}}, "additionalProperties": false}
})")
