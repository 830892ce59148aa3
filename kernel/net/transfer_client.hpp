// The client in front of a transport's engine.
#pragma once

#include <memory>
#include <utility>

#include "base/http_client.hpp"
#include "net/outbound_request.hpp"
#include "net/transfer.hpp"

namespace collet::net {

/// @tparam Engine a TransferEngine with begin(shared_ptr<T>) and close(), after which
/// it gets no more work.
/// @tparam T its Transfer, made of a request.
template <class Engine, class T>
class TransferClient final : public base::HttpClient {
 public:
  explicit TransferClient(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}
  ~TransferClient() override { engine_->close(); }

  std::unique_ptr<base::HttpExchange> open(base::HttpRequest request) override {
    auto checked = check_outbound(request);
    auto transfer = std::make_shared<T>(std::move(request));
    if (checked) engine_->begin(transfer);
    else transfer->fail(std::move(checked).error());
    return make_exchange(engine_, std::move(transfer));
  }

 private:
  std::shared_ptr<Engine> engine_;
};

}  // namespace collet::net
