// A tool that does nothing: what is left is what a call costs.
#include "collet/plugin.hpp"

namespace {

struct Noop {
  std::vector<collet::ToolSpec> tools() const {
    collet::ToolSpec spec{.name = "noop", .description = "Does nothing."};
    spec.input_schema = R"({"type": "object", "properties": {}, "additionalProperties": false})";
    return {spec};
  }

  void start(collet::Call call, const collet::Args&) {
    (void)call.text("done");
    call.finish();
  }
};

}  // namespace

COLLET_PLUGIN(Noop, R"({"id": "noop", "version": "1.0.0"})")
