#include "net/server.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "net/hub.hpp"
#include "net/listener.hpp"

namespace collet::net {

namespace asio = boost::asio;

Server::Server(std::vector<std::shared_ptr<Hub>> hubs, std::shared_ptr<Listener> listener)
    : hubs_(std::move(hubs)), listener_(std::move(listener)) {}

Result<std::unique_ptr<Server>> Server::start(base::IoThreads& io, const config::ServerSettings& settings,
                                              const config::LimitSettings& limits,
                                              std::vector<base::RequestHandler> handlers) {
  if (handlers.size() != io.size()) {
    return Error{Errc::internal, "the server needs one handler per I/O thread"};
  }
  std::vector<std::shared_ptr<Hub>> hubs;
  for (std::size_t i = 0; i < io.size(); ++i) {
    hubs.push_back(std::make_shared<Hub>(io.context(i), limits, std::move(handlers[i])));
  }
  auto listener = Listener::open(io.context(0), settings, limits, hubs);
  if (!listener) return std::move(listener).error();
  (*listener)->start();
  return std::unique_ptr<Server>(new Server(std::move(hubs), std::move(listener).value()));
}

Server::~Server() {
  stop_accepting();
  close_all();
  for (const auto& hub : hubs_) {
    if (hub->io().stopped()) hub->drop_all();
  }
}

std::uint16_t Server::port() const { return listener_->port(); }
std::string Server::address() const { return listener_->address(); }

void Server::stop_accepting() {
  listener_->stop();
  for (const auto& hub : hubs_) asio::post(hub->io(), [hub] { hub->drain(); });
}

void Server::end_requests(const Error& reason) {
  for (const auto& hub : hubs_) asio::post(hub->io(), [hub, reason] { hub->end_requests(reason); });
}

void Server::close_all() {
  for (const auto& hub : hubs_) asio::post(hub->io(), [hub] { hub->close_all(); });
}

std::size_t Server::active_requests() const {
  std::size_t sum = 0;
  for (const auto& hub : hubs_) sum += hub->active_requests;
  return sum;
}

std::size_t Server::connections() const {
  std::size_t sum = 0;
  for (const auto& hub : hubs_) sum += hub->connections;
  return sum;
}

}  // namespace collet::net
