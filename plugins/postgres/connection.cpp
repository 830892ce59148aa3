#include "connection.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <libpq-fe.h>
#include <poll.h>

#include "connect_error.hpp"
#include "receive.hpp"

namespace postgres {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

constexpr ResultLimits kOwnLimits = {.rows_max = 100'000, .cell_bytes_max = 1 << 20, .bytes_max = 16 << 20};

std::string trimmed(const char* message) {
  std::string out = message ? message : "";
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

}  // namespace

struct Connection::Libpq {
  explicit Libpq(PGconn* started) : conn(started) {}
  ~Libpq() { PQfinish(conn); }
  Libpq(const Libpq&) = delete;
  Libpq& operator=(const Libpq&) = delete;
  PGconn* conn;
};

Connection::Connection(std::unique_ptr<Libpq> libpq, const Options& options, Background& background)
    : libpq_(std::move(libpq)), cancel_wait_ms_(options.cancel_wait_ms), background_(background) {}

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const std::string& address, const Options& options, Background& background,
                                                     const Waiter& waiter) {
  // tcp_user_timeout also ends a cancel request that nobody answers.
  const std::string unanswered_ms = std::to_string(options.connect_timeout_ms);
  const std::array<const char*, 5> keywords = {"dbname", "fallback_application_name", "client_encoding", "tcp_user_timeout", nullptr};
  const std::array<const char*, 5> values = {address.c_str(), "collet", "UTF8", unanswered_ms.c_str(), nullptr};
  auto libpq = std::make_unique<Libpq>(PQconnectStartParams(keywords.data(), values.data(), 1));
  PGconn* conn = libpq->conn;
  if (!conn) return Error{Errc::internal, "out of memory"};
  const Waiter soon = waiter.sooner(options.connect_timeout_ms);
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (PQstatus(conn) != CONNECTION_BAD && state != PGRES_POLLING_OK) {
    if (const auto ready = soon.wait(PQsocket(conn), state == PGRES_POLLING_WRITING); !ready) {
      return Error{ready.error().code, "connecting: " + ready.error().message};
    }
    state = PQconnectPoll(conn);
    if (state == PGRES_POLLING_FAILED) break;
  }
  if (PQstatus(conn) != CONNECTION_OK) return Error{Errc::unavailable, explained(trimmed(PQerrorMessage(conn)))};
  PQsetNoticeProcessor(conn, [](void*, const char*) {}, nullptr);  // the default writes to our stderr
  PQsetnonblocking(conn, 1);
  return std::unique_ptr<Connection>(new Connection(std::move(libpq), options, background));
}

Result<Reply> Connection::run_own(const std::string& statements, const Waiter& waiter) {
  if (PQsendQuery(libpq_->conn, statements.c_str()) == 0) {
    broken_ = true;
    return Error{Errc::unavailable, trimmed(PQerrorMessage(libpq_->conn))};
  }
  return collect(kOwnLimits, waiter);
}

Result<Reply> Connection::run_one(const std::string& statement, const Parameters& parameters, const ResultLimits& limits,
                                  const Waiter& waiter) {
  std::vector<const char*> values;
  for (const auto& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  const int sent = PQsendQueryParams(libpq_->conn, statement.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                                     nullptr, 0);
  if (sent == 0) {
    broken_ = true;
    return Error{Errc::unavailable, trimmed(PQerrorMessage(libpq_->conn))};
  }
  PQsetSingleRowMode(libpq_->conn);
  return collect(limits, waiter);
}

Result<void> Connection::flush(const Waiter& waiter) {
  for (;;) {
    const int left = PQflush(libpq_->conn);
    if (left == 0) return {};
    if (left < 0) return Error{Errc::unavailable, trimmed(PQerrorMessage(libpq_->conn))};
    if (const auto ready = waiter.wait(PQsocket(libpq_->conn), true); !ready) return ready.error();
    if (PQconsumeInput(libpq_->conn) == 0) return Error{Errc::unavailable, trimmed(PQerrorMessage(libpq_->conn))};
  }
}

Result<void> Connection::await_input(const Waiter& waiter) {
  if (const auto flushed = flush(waiter); !flushed) return flushed.error();
  while (PQisBusy(libpq_->conn) != 0) {
    if (const auto ready = waiter.wait(PQsocket(libpq_->conn), false); !ready) return ready.error();
    if (PQconsumeInput(libpq_->conn) == 0) return Error{Errc::unavailable, trimmed(PQerrorMessage(libpq_->conn))};
  }
  return {};
}

Result<Reply> Connection::collect(const ResultLimits& limits, const Waiter& waiter) {
  Reply reply;
  Receiver receiver(reply, limits);
  for (;;) {
    if (const auto came = await_input(waiter); !came) {
      if (came.error().code == Errc::unavailable) broken_ = true;
      else cancel_and_drain();
      return came.error();
    }
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQgetResult(libpq_->conn), &PQclear);
    if (!result) break;
    if (!receiver.take(result.get())) {
      broken_ = true;  // COPY: it would send or want data until the connection ends
      return Error{Errc::limit, "the statement copies data, which is not done here"};
    }
  }
  if (PQstatus(libpq_->conn) != CONNECTION_OK) {
    broken_ = true;
    if (!reply.error || reply.error->code.empty()) return Error{Errc::unavailable, "the connection was lost: " + trimmed(PQerrorMessage(libpq_->conn))};
  }
  return reply;
}

void Connection::cancel_and_drain() {
  const Waiter grace = Waiter::for_ms(cancel_wait_ms_);
  const auto cancelled = background_.run([cancel = PQgetCancel(libpq_->conn)] {
    std::array<char, 256> reason = {};
    PQcancel(cancel, reason.data(), static_cast<int>(reason.size()));  // blocks, for as long as the network pleases
    PQfreeCancel(cancel);
  });
  // Left running the statement would go on for nobody; when it does not stop, the connection is closed.
  while (!broken_) {
    if (!await_input(grace)) broken_ = true;
    else if (const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQgetResult(libpq_->conn), &PQclear); !result) break;
  }
  // A request that is still on its way could hit the next statement.
  if (cancelled.wait_until(grace.end()) != std::future_status::ready) broken_ = true;
}

bool Connection::is_usable() const {
  if (broken_ || PQstatus(libpq_->conn) != CONNECTION_OK) return false;
  const PGTransactionStatusType state = PQtransactionStatus(libpq_->conn);
  return state != PQTRANS_ACTIVE && state != PQTRANS_UNKNOWN;
}

bool Connection::in_transaction() const {
  const PGTransactionStatusType state = PQtransactionStatus(libpq_->conn);
  return state == PQTRANS_INTRANS || state == PQTRANS_INERROR;
}

bool Connection::is_fresh() {
  pollfd watched = {PQsocket(libpq_->conn), POLLIN, 0};
  if (is_usable() && ::poll(&watched, 1, 0) > 0 && PQconsumeInput(libpq_->conn) == 0) broken_ = true;
  return is_usable() && !in_transaction();
}

int Connection::server_version() const { return PQserverVersion(libpq_->conn); }

}  // namespace postgres
