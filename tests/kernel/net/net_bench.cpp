// CPU per request of the server alone and with the client behind it.
//   net_bench serve            an echo server; prints its address, runs until stdin ends
//   net_bench proxy URL        forwards each request to URL through the HTTP client
//   net_bench streams N        N open idle streams: resident memory of each
// Load comes from outside: wrk -t1 -c16 -d5 http://ADDRESS/
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "net/http_client.hpp"
#include "net/server.hpp"

namespace asio = boost::asio;
using namespace collet;

namespace {

std::atomic<std::uint64_t> answered{0};

asio::awaitable<void> echo(base::InboundRequest& request, base::Responder& responder) {
  ++answered;
  base::Headers headers{{"content-type", "text/plain"}};
  std::string body = request.body.empty() ? "hello" : std::move(request.body);
  co_await responder.send(200, std::move(headers), std::move(body));
}

asio::awaitable<void> forward(base::HttpClient& client, const std::string& url, base::InboundRequest& request,
                              base::Responder& responder) {
  ++answered;
  base::HttpRequest upstream;
  upstream.method = request.method;
  upstream.url = url + request.path;
  upstream.headers = {{"content-type", "application/json"}};
  upstream.body = std::move(request.body);
  auto answer = co_await base::fetch(client, std::move(upstream));
  base::Headers headers{{"content-type", "text/plain"}};
  if (!answer) {
    co_await responder.send(502, std::move(headers), answer.error().message);
    co_return;
  }
  co_await responder.send(200, std::move(headers), std::move(answer->body));
}

// Waits until the client has gone.
asio::awaitable<void> hold(base::InboundRequest& request, base::Responder& responder) {
  base::StreamOptions options;
  options.keepalive_text = ":\n\n";
  base::Headers headers{{"content-type", "text/event-stream"}};
  co_await responder.begin(200, std::move(headers), std::move(options));
  co_await responder.write("data: {}\n\n");
  ++answered;
  const auto executor = co_await asio::this_coro::executor;
  const auto timer = std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
  auto wake = [timer, executor] { asio::post(executor, [timer] { timer->cancel(); }); };
  const auto registration = request.gone.on_cancel(std::move(wake));
  co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
}

double microseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

long resident_kib() {
  std::ifstream statm("/proc/self/statm");
  long pages = 0;
  statm >> pages >> pages;
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

std::unique_ptr<net::Server> start(base::IoThreads& io, std::vector<base::RequestHandler> handlers) {
  config::ServerSettings settings;
  settings.listen = "127.0.0.1:0";
  config::LimitSettings limits;
  limits.connections_max = limits.connections_per_ip_max = 20'000;
  auto server = net::Server::start(io, settings, limits, std::move(handlers));
  if (!server) {
    std::cerr << server.error().message << "\n";
    std::exit(1);
  }
  return std::move(server).value();
}

void report_until_stdin_ends(const std::string& address) {
  std::cout << address << std::endl;
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  std::string line;
  std::getline(std::cin, line);
  getrusage(RUSAGE_SELF, &after);
  const auto count = static_cast<double>(std::max<std::uint64_t>(answered, 1));
  const double user = (microseconds(after.ru_utime) - microseconds(before.ru_utime)) / count;
  const double system = (microseconds(after.ru_stime) - microseconds(before.ru_stime)) / count;
  std::printf("%.0f requests, %.2f us CPU each: %.2f in the program, %.2f in the kernel\n", count,
              user + system, user, system);
}

int measure_streams(std::size_t count) {
  base::IoThreads io(1);
  auto server = start(io, {hold});
  io.start();
  asio::io_context client_io;
  std::vector<asio::ip::tcp::socket> clients;
  clients.reserve(count);
  const long before = resident_kib();
  for (std::size_t i = 0; i < count; ++i) {
    clients.emplace_back(client_io);
    clients.back().connect({asio::ip::make_address("127.0.0.1"), server->port()});
    asio::write(clients.back(), asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
    char byte = 0;
    clients.back().read_some(asio::buffer(&byte, 1));
  }
  while (answered < count) usleep(1000);
  const long after = resident_kib();
  std::printf("%zu open streams: %.2f KiB each (client's own socket objects included)\n", count,
              static_cast<double>(after - before) / static_cast<double>(count));
  clients.clear();
  io.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "serve";
  if (mode == "streams") return measure_streams(argc > 2 ? std::stoul(argv[2]) : 1000);
  const char* threads = std::getenv("IO_THREADS");
  base::IoThreads io(threads ? std::stoul(threads) : 1);
  std::vector<std::unique_ptr<base::HttpClient>> clients;
  std::vector<base::RequestHandler> handlers;
  const std::string url = argc > 2 ? argv[2] : "";
  for (std::size_t i = 0; i < io.size(); ++i) {
    clients.push_back(net::make_http_client(io.context(i), {}));
    if (mode == "proxy") {
      handlers.push_back([client = clients.back().get(), url](auto& request, auto& responder) {
        return forward(*client, url, request, responder);
      });
    } else {
      handlers.emplace_back(echo);
    }
  }
  auto server = start(io, std::move(handlers));
  io.start();
  report_until_stdin_ends(server->address());
  io.stop();
  return 0;
}
