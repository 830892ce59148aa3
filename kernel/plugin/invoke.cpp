#include "plugin/invoke.hpp"

#include <utility>

#include "collet/ext/redact.h"
#include "collet/str.hpp"
#include "plugin/call_state.hpp"
#include "plugin/generation.hpp"

namespace collet::plugin {

std::string ToolInfo::full_name() const { return name_space.empty() ? name : name_space + "/" + name; }

namespace {

/// The caller's end of a call. Does not keep it alive: whoever forgets to let go
/// of a handle must not keep the plugin from being stopped.
class CallHandle final : public RunningCall {
 public:
  explicit CallHandle(const std::shared_ptr<CallState>& call) : call_(call) {}
  void cancel(Error reason) override {
    if (const auto call = call_.lock()) call->cancel(std::move(reason));
  }

 private:
  std::weak_ptr<CallState> call_;
};

}  // namespace

std::shared_ptr<RunningCall> start_call(boost::asio::io_context& io, const ToolPtr& tool, CallFacts facts,
                                        std::string arguments, CallEvents events) {
  auto call = std::make_shared<CallState>(io, tool, std::move(facts), std::move(arguments), std::move(events));
  call->begin();
  return std::make_shared<CallHandle>(call);
}

std::string redact(const Tool& tool, std::string text) {
  const Visit visit(*tool.generation);
  if (!visit) return text;
  const auto extension = tool.generation->extension<collet_redact>(COLLET_REDACT_ID);
  if (!extension || !extension->redact) return text;
  std::string shorter;
  bool given = false;
  struct Taken {
    std::string& text;
    bool& given;
  } taken{shorter, given};
  const auto take = [](void* user, collet_str from) noexcept {
    auto& out = *static_cast<Taken*>(user);
    out.text = to_view(from);
    out.given = true;
  };
  collet_redact_request request = {};
  request.struct_size = sizeof(request);
  request.tool = to_str(tool.info.name);
  request.result = to_str(text);
  const collet_status status = extension->redact(tool.generation->instance(), &request, take, &taken);
  return status >= 0 && given && shorter.size() <= text.size() ? shorter : text;
}

}  // namespace collet::plugin
