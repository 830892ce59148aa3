#include "support/scripted_server.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/text.hpp"

namespace collet::testing {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t kRequestMax = 64u << 20;
constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

/// The bytes that have come, and what is cut off them.
struct Inbox {
  std::string bytes;
  std::size_t used = 0;
};

std::string_view header(const ScriptedRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

void parse_head(std::string_view head, ScriptedRequest& request) {
  const auto lines = base::split(head, '\n');
  const auto words = base::split(lines[0], ' ');
  request.method = words[0];
  request.path = words.size() > 1 ? words[1] : "";
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto colon = lines[i].find(':');
    if (colon == std::string_view::npos) continue;
    request.headers.emplace_back(base::to_lower(lines[i].substr(0, colon)), base::trim(lines[i].substr(colon + 1)));
  }
}

/// Undoes chunked framing. @return bytes used, npos when more is needed.
std::size_t take_chunked(std::string_view bytes, std::string& body) {
  std::size_t at = 0;
  for (;;) {
    const std::size_t line = bytes.find("\r\n", at);
    if (line == std::string_view::npos) return std::string_view::npos;
    const std::size_t size = std::strtoul(std::string(bytes.substr(at, line - at)).c_str(), nullptr, 16);
    if (bytes.size() < line + 2 + size + 2) return std::string_view::npos;
    body += bytes.substr(line + 2, size);
    at = line + 2 + size + 2;
    if (size == 0) return at;
  }
}

asio::awaitable<bool> read_more(tcp::socket& socket, Inbox& inbox) {
  inbox.bytes.erase(0, inbox.used);
  inbox.used = 0;
  const std::size_t before = inbox.bytes.size();
  if (before > kRequestMax) co_return false;
  inbox.bytes.resize(before + std::max<std::size_t>(16 << 10, before));
  const auto room = asio::buffer(inbox.bytes.data() + before, inbox.bytes.size() - before);
  const auto [error, count] = co_await socket.async_read_some(room, kToken);
  inbox.bytes.resize(before + count);
  co_return !error;
}

asio::awaitable<bool> read_body(tcp::socket& socket, Inbox& inbox, ScriptedRequest& request) {
  if (header(request, "expect") == "100-continue") {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [error, count] = co_await asio::async_write(socket, asio::buffer(kContinue), kToken);
    if (error) co_return false;
  }
  const bool chunked = header(request, "transfer-encoding") == "chunked";
  const auto length = static_cast<std::size_t>(base::parse_int64(header(request, "content-length")).value_or(0));
  for (;;) {
    const auto rest = std::string_view(inbox.bytes).substr(inbox.used);
    if (chunked) {
      request.body.clear();
      const std::size_t used = take_chunked(rest, request.body);
      if (used != std::string_view::npos) {
        inbox.used += used;
        co_return true;
      }
    } else if (rest.size() >= length) {
      request.body = rest.substr(0, length);
      inbox.used += length;
      co_return true;
    }
    const bool more = co_await read_more(socket, inbox);
    if (!more) co_return false;
  }
}

asio::awaitable<bool> read_request(tcp::socket& socket, Inbox& inbox, ScriptedRequest& request) {
  for (;;) {
    const auto rest = std::string_view(inbox.bytes).substr(inbox.used);
    const std::size_t end = rest.find("\r\n\r\n");
    if (end != std::string_view::npos) {
      parse_head(rest.substr(0, end), request);
      inbox.used += end + 4;
      break;
    }
    const bool more = co_await read_more(socket, inbox);
    if (!more) co_return false;
  }
  co_return co_await read_body(socket, inbox, request);
}

/// @return false: the peer closed the connection before the timer was up.
asio::awaitable<bool> wait_for_timer_or_close(tcp::socket& socket, asio::steady_timer& timer) {
  using asio::experimental::awaitable_operators::operator||;
  const auto first = co_await (timer.async_wait(kToken) || socket.async_wait(tcp::socket::wait_read, kToken));
  if (first.index() == 0) co_return true;
  char byte = 0;
  boost::system::error_code error;
  socket.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
  if (error) co_return false;
  co_await timer.async_wait(kToken);  // the next request came early
  co_return true;
}

WireAnswer error_answer(int status, std::string_view message) {
  const Value error = json::object({{"code", status}, {"message", message}, {"type", "invalid_request_error"}});
  return render_json(status, json::object({{"error", error}}).dump());
}

}  // namespace

ScriptedServer::ScriptedServer(std::vector<asio::io_context*> loops, Scenarios scenarios, std::uint16_t port)
    : loops_(std::move(loops)),
      scenarios_(std::move(scenarios)),
      acceptor_(*loops_[0], tcp::endpoint(asio::ip::address_v4::loopback(), port)) {
  std::vector<Value> models;
  for (const auto& [model, turns] : scenarios_) {
    models.push_back(json::object({{"id", model}, {"object", "model"}, {"created", 0}, {"owned_by", "script"}}));
    for (std::size_t i = 0; i < turns.size(); ++i) {
      rendered_[model].push_back({&turns[i], render_whole(turns[i], model, i), render_stream(turns[i], model, i)});
    }
  }
  models_ = render_json(200, json::object({{"object", "list"}, {"data", json::array(models)}}).dump());
  asio::co_spawn(*loops_[0], accept(), asio::detached);
}

asio::awaitable<void> ScriptedServer::accept() {
  for (std::size_t next = 0;; ++next) {
    auto& loop = *loops_[next % loops_.size()];
    auto [error, socket] = co_await acceptor_.async_accept(loop, kToken);
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
    if (error) continue;
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    asio::co_spawn(loop, serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> ScriptedServer::serve(Socket socket) {
  Inbox inbox;
  for (;;) {
    ScriptedRequest request;
    const bool come = co_await read_request(socket, inbox, request);
    if (!come) co_return;
    if (on_request) on_request(request);
    WireAnswer scratch;
    const WireAnswer* chosen = answer(request, scratch);
    const bool open = co_await send(socket, *chosen);
    if (!open && !chosen->close && on_aborted) on_aborted(request);
    if (!open || header(request, "connection") == "close") co_return;
  }
}

asio::awaitable<bool> ScriptedServer::send(Socket& socket, const WireAnswer& answer) {
  std::optional<asio::steady_timer> timer;
  int pause_ms = answer.delay_ms;
  for (const auto& piece : answer.pieces) {
    if (pause_ms > 0) {
      if (!timer) timer.emplace(socket.get_executor());
      timer->expires_after(std::chrono::milliseconds(pause_ms));
      const bool stayed = co_await wait_for_timer_or_close(socket, *timer);
      if (!stayed) co_return false;
    }
    const auto [error, count] = co_await asio::async_write(socket, asio::buffer(piece), kToken);
    if (error) co_return false;
    pause_ms = answer.chunk_delay_ms;
  }
  co_return !answer.close;
}

const WireAnswer* ScriptedServer::answer(const ScriptedRequest& request, WireAnswer& scratch) const {
  const std::string_view path = std::string_view(request.path).substr(request.path.starts_with("/v1/") ? 3 : 0);
  if (path == "/chat/completions") return complete(request, scratch);
  if (path == "/models") return &models_;
  if (path == "/embeddings") {
    const auto json = Value::parse(request.body);
    scratch = json ? render_json(200, embeddings_body(*json)) : error_answer(400, json.error().message);
  } else {
    scratch = error_answer(404, "no such path: " + request.path);
  }
  return &scratch;
}

const WireAnswer* ScriptedServer::complete(const ScriptedRequest& request, WireAnswer& scratch) const {
  const auto fail = [&scratch](int status, const std::string& message) {
    scratch = error_answer(status, message);
    return &scratch;
  };
  const auto json = Value::parse(request.body);
  if (!json) return fail(400, json.error().message);
  const auto model = (*json)["model"].string_or("");
  const auto found = rendered_.find(model);
  if (found == rendered_.end()) return fail(404, "no scenario named '" + std::string(model) + "'");
  const std::size_t index = turn_index_of(*json);
  if (index >= found->second.size()) {
    return fail(400, "scenario '" + std::string(model) + "' has no turn " + std::to_string(index));
  }
  const Rendered& rendered = found->second[index];
  if (!rendered.turn->expect.is_null()) {
    const auto wrong = check_expectations(rendered.turn->expect, request.body, *json, request.headers);
    if (!wrong.empty()) return fail(400, "turn " + std::to_string(index) + ": " + wrong);
  }
  const bool stream = (*json)["stream"].as_bool().value_or(false);
  if (!rendered.turn->echo) return stream ? &rendered.stream : &rendered.whole;
  ScriptedTurn turn = *rendered.turn;
  turn.content += last_text(*json);
  scratch = stream ? render_stream(turn, model, index) : render_whole(turn, model, index);
  return &scratch;
}

}  // namespace collet::testing
