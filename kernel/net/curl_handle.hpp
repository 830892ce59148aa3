// One easy handle of libcurl and what it works for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "net/http_client.hpp"
#include "net/transfer.hpp"

namespace collet::net {

struct SlistDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Slist = std::unique_ptr<curl_slist, SlistDeleter>;
using CurlUrl = std::shared_ptr<CURLU>;

/// What curl tells about a transfer goes here; the engine behind it acts on it.
class HandleOwner {
 public:
  virtual ~HandleOwner() = default;
  virtual void on_news(Transfer& transfer) = 0;
  /// A socket for the address, watched; CURL_SOCKET_BAD with `refusal` where it
  /// may not be connected to.
  virtual curl_socket_t open_socket(const curl_sockaddr& address, std::optional<Error>& refusal) = 0;
  virtual int close_socket(curl_socket_t fd) = 0;
};

/// Used for one transfer after the other. [request-thread]
class CurlHandle {
 public:
  /// @param owner outlives the handle.
  CurlHandle(HandleOwner& owner, const HttpClientOptions& options);
  ~CurlHandle() { curl_easy_cleanup(easy_); }
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  void take(std::shared_ptr<Transfer> transfer, CurlUrl url, const std::string& user_agent);
  /// Lets go of everything that belongs to the transfer.
  void rest();

  [[nodiscard]] CURL* easy() const { return easy_; }
  [[nodiscard]] const std::shared_ptr<Transfer>& transfer() const { return transfer_; }
  /// What a failed transfer's caller is told.
  [[nodiscard]] Error error_of(CURLcode code) const;
  /// The one a message of the multi handle is about.
  static CurlHandle& of(CURL* easy);

 private:
  void set_constants(const HttpClientOptions& options);
  void set_request(const std::string& user_agent);
  void set_method(const base::HttpRequest& request);

  static curl_socket_t on_open_socket(void* handle, curlsocktype, curl_sockaddr* address);
  static int on_close_socket(void* owner, curl_socket_t fd);
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* handle);
  bool take_line(std::string_view line);
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* handle);
  static int on_connected(void* handle, char*, char*, int, int);

  HandleOwner& owner_;
  CURL* easy_;
  std::shared_ptr<Transfer> transfer_;  // null while it rests
  base::HttpHead head_;                 // as far as its lines have come
  std::size_t head_bytes_ = 0;
  Slist headers_;
  CurlUrl url_;
  std::optional<Error> refusal_;
  char reason_[CURL_ERROR_SIZE] = {};
};

}  // namespace collet::net
