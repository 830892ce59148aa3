// One POST to an OpenAI-compatible server, with retries.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/cancel.hpp"
#include "base/http_client.hpp"
#include "collet/result.hpp"
#include "llm/openai_error.hpp"
#include "llm/retry.hpp"

namespace collet::llm {

/// Takes the body of a 2xx answer.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// @error unavailable and limit are tried again while begun() is false.
  virtual boost::asio::awaitable<Result<void>> read(const base::HttpHead& head, base::HttpExchange& exchange) = 0;
  /// Something of this answer went to the caller: no second attempt.
  [[nodiscard]] virtual bool begun() const { return false; }
};

struct PostTarget {
  std::string base_url;  ///< No slash at its end.
  base::Headers headers;
  base::HttpTimeouts timeouts;
  RetryRules retry;
  UpstreamName upstream;
};

/// [request-thread]
class OpenAiPost {
 public:
  OpenAiPost(base::HttpClient& client, PostTarget target);

  /// @param path "/chat/completions"
  /// @param deadline_ms all attempts and waits together; 0: none.
  /// @error see Provider::complete; names the model.
  boost::asio::awaitable<Result<void>> run(std::string path, std::string body, BodyReader& reader,
                                           std::int64_t deadline_ms, base::CancelToken cancel);

 private:
  struct Failure {
    Error error;
    bool retryable = false;
    std::optional<std::int64_t> asked_ms;
  };
  boost::asio::awaitable<std::optional<Failure>> attempt(const base::HttpRequest& request, BodyReader& reader,
                                                         const base::CancelToken& cancel);
  boost::asio::awaitable<Failure> refused(base::HttpHead head, base::HttpExchange& exchange);
  [[nodiscard]] Error told(Error error) const;

  base::HttpClient& client_;
  const PostTarget target_;
  std::minstd_rand random_;
};

/// Sleeps; cut short by `cancel`.
boost::asio::awaitable<void> wait_ms(std::int64_t duration_ms, base::CancelToken cancel);

}  // namespace collet::llm
