#include "net/gate.hpp"

#include <utility>

#include "net/gate_core.hpp"

namespace collet::net {
namespace {

class OpenGate final : public base::Gate {
 public:
  explicit OpenGate(std::shared_ptr<GateCore> core) : core_(std::move(core)) {}
  OpenGate(const OpenGate&) = delete;
  OpenGate& operator=(const OpenGate&) = delete;
  ~OpenGate() override { core_->close(); }

 private:
  const std::shared_ptr<GateCore> core_;
};

}  // namespace

std::unique_ptr<base::Gate> open_gate(boost::asio::io_context& io, int listener_fd, base::GateRules rules,
                                      std::function<void(const base::EgressDecision&)> decided) {
  auto core = std::make_shared<GateCore>(io, std::move(rules), std::move(decided));
  core->listen_on(listener_fd);
  return std::make_unique<OpenGate>(std::move(core));
}

}  // namespace collet::net
