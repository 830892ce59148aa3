#include "base/http_client.hpp"

#include <utility>

#include "base/text.hpp"

namespace collet::base {

namespace asio = boost::asio;

std::string_view find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return {};
}

asio::awaitable<Result<HttpAnswer>> fetch(HttpClient& client, HttpRequest request) {
  const auto exchange = client.open(std::move(request));
  auto head = co_await exchange->head();
  if (!head) co_return std::move(head).error();
  HttpAnswer answer;
  answer.head = std::move(head).value();
  for (;;) {
    auto piece = co_await exchange->read();
    if (!piece) co_return std::move(piece).error();
    if (piece->empty()) break;
    answer.body += *piece;
  }
  co_return answer;
}

}  // namespace collet::base
