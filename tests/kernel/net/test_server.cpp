#include "kernel/net/test_server.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace collet::test {

namespace asio = boost::asio;

namespace {

using base::InboundRequest;
using base::Responder;

std::int64_t number_in(const InboundRequest& request) { return std::strtoll(request.query.c_str(), nullptr, 10); }

asio::awaitable<void> pause(std::int64_t ms) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, std::chrono::milliseconds(ms));
  co_await timer.async_wait(asio::use_awaitable);
}

// Waits on a timer, which the loop owns: so the wait ends with the loop.
asio::awaitable<void> until_gone(const InboundRequest& request) {
  const auto executor = co_await asio::this_coro::executor;
  const auto timer = std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
  auto wake = [timer, executor] { asio::post(executor, [timer] { timer->cancel(); }); };
  const auto registration = request.gone.on_cancel(std::move(wake));
  if (request.gone.cancelled()) co_return;
  co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
}

void note(Seen& seen, const Result<void>& result) {
  if (result) return;
  seen.last_error = static_cast<int>(result.error().code);
  ++seen.write_errors;  // last: tests wait for it
}

asio::awaitable<void> echo(InboundRequest& request, Responder& responder) {
  base::Headers headers{{"Content-Type", "text/plain"}, {"Date", "not mine to say"}};
  std::string text = request.method + " " + request.path + " [" + request.query + "] " + request.body;
  co_await responder.send(200, std::move(headers), std::move(text));
}

asio::awaitable<void> hold(Seen& seen, InboundRequest& request) {
  ++seen.holding;
  co_await until_gone(request);
  ++seen.gone;
  --seen.holding;
}

asio::awaitable<void> stream(Responder& responder) {
  base::Headers headers{{"Content-Type", "text/event-stream"}};
  base::StreamOptions options;
  co_await responder.begin(200, std::move(headers), std::move(options));
  co_await responder.write("one,");
  co_await responder.write("");
  co_await responder.write("two,");
  co_await pause(5);
  co_await responder.write("three");
  co_await responder.end();
}

asio::awaitable<void> idle(Seen& seen, InboundRequest& request, Responder& responder) {
  base::Headers headers;
  base::StreamOptions options;
  options.keepalive_ms = number_in(request);
  options.keepalive_text = ":keep\n\n";
  co_await responder.begin(200, std::move(headers), std::move(options));
  co_await hold(seen, request);
}

asio::awaitable<void> flood(Seen& seen, InboundRequest& request, Responder& responder) {
  base::Headers headers;
  base::StreamOptions options;
  co_await responder.begin(200, std::move(headers), std::move(options));
  const std::string piece(64 << 10, 'x');
  for (std::int64_t i = number_in(request); i > 0; --i) {
    auto written = co_await responder.write(piece);
    note(seen, written);
    if (!written) co_return;
    seen.written += piece.size();
  }
  co_await responder.end();
}

asio::awaitable<void> big(Seen& seen, InboundRequest& request, Responder& responder) {
  base::Headers headers;
  std::string body(static_cast<std::size_t>(number_in(request)), 'b');
  const auto sent = co_await responder.send(200, std::move(headers), std::move(body));
  note(seen, sent);
}

asio::awaitable<void> truncate(Responder& responder) {
  base::Headers headers;
  base::StreamOptions options;
  co_await responder.begin(200, std::move(headers), std::move(options));
  co_await responder.write("half of");
}

asio::awaitable<void> answer(InboundRequest& request, Responder& responder) {
  base::Headers headers;
  std::string body = "some text";
  co_await responder.send(static_cast<int>(number_in(request)), std::move(headers), std::move(body));
}

asio::awaitable<void> split(Responder& responder) {
  base::Headers headers{{"x-note", "a\r\nx-injected: yes"}, {"bad name", "v"}};
  std::string body;
  co_await responder.send(200, std::move(headers), std::move(body));
}

asio::awaitable<void> handle(Seen& seen, InboundRequest& request, Responder& responder) {
  ++seen.requests;
  const std::string path = request.path;
  if (path == "/hold") co_await hold(seen, request);
  else if (path == "/stream") co_await stream(responder);
  else if (path == "/idle") co_await idle(seen, request, responder);
  else if (path == "/flood") co_await flood(seen, request, responder);
  else if (path == "/big") co_await big(seen, request, responder);
  else if (path == "/truncate") co_await truncate(responder);
  else if (path == "/answers") co_await answer(request, responder);
  else if (path == "/split") co_await split(responder);
  else if (path == "/throw") throw std::runtime_error("as asked");
  else if (path == "/delay") {
    co_await pause(number_in(request));
    co_await echo(request, responder);
  } else if (path != "/silent") {
    co_await echo(request, responder);
  }
}

}  // namespace

TestServer::TestServer(config::LimitSettings limits, config::ServerSettings settings, std::size_t threads)
    : io(threads) {
  settings.listen = "127.0.0.1:0";
  const auto handler = [this](InboundRequest& request, Responder& responder) {
    return handle(seen, request, responder);
  };
  auto started = net::Server::start(io, settings, limits, std::vector<base::RequestHandler>(threads, handler));
  if (!started) {
    std::cerr << started.error().message << "\n";
    std::abort();
  }
  server = std::move(started).value();
  io.start();
}

TestServer::~TestServer() {
  io.stop();
  server.reset();
}

std::string TestServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(server->port()) + path;
}

bool eventually(const std::function<bool()>& condition) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > patience) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace collet::test
