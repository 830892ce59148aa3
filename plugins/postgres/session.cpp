#include "session.hpp"

#include "role_check.hpp"

namespace postgres {

using collet::Call;
using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

constexpr ResultLimits kCatalogueLimits = {.rows_max = 100'000, .cell_bytes_max = 1 << 20, .bytes_max = 16 << 20};
constexpr std::int64_t kResetMs = 500;  // for a server that is well; the call is waiting
constexpr std::size_t kApplicationNameMax = 63;  // the server cuts there

/// Only what needs no quoting is left of it.
std::string application_name(const std::string& request_id) {
  std::string out = "collet ";
  for (const char c : request_id) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    if (is_plain && out.size() < kApplicationNameMax) out += c;
  }
  return out;
}

/// The last SELECT takes the snapshot; from then on READ WRITE is refused. The
/// server's own limits come after ours, for the case that we are no more.
std::string begin_statements(const Call& call, const Options& options, const Waiter& waiter) {
  const std::string left_ms = std::to_string(waiter.remaining_ms() + options.cancel_wait_ms);
  return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = " + left_ms +
         "; SET LOCAL idle_in_transaction_session_timeout = " + left_ms + "; SET LOCAL lock_timeout = " + std::to_string(options.lock_timeout_ms) +
         // A cursor would be planned for its first rows, although all are read.
         "; SET LOCAL cursor_tuple_fraction = 1; SET LOCAL application_name = '" + application_name(call.info().request_id) +
         "'; SELECT pg_catalog.pg_is_in_recovery()";
}

Result<std::unique_ptr<Connection>> open_checked(Pool& pool, const Call& call, const Target& target, const Options& options, const Waiter& waiter) {
  auto opened = Connection::open(target.address, options, pool.background(), waiter);
  if (!opened) return Error{opened.error().code, "cannot connect to the database of " + target.variable + ": " + opened.error().message};
  const auto powers = find_powers(**opened, waiter);
  if (!powers) return powers.error();
  if (!powers->empty()) {
    if (!options.allow_unsafe_roles) return Error{Errc::denied, unfit_role(target.variable, *powers)};
    call.log_warn("the role could do more than read; allowed by allow_unsafe_roles",
                  {{"config_var", target.variable}, {"app", call.info().app}, {"power", powers->front()}});
  }
  return opened;
}

}  // namespace

Result<Session> Session::begin(Pool& pool, Call& call, const Target& target, const Options& options, const Waiter& waiter) {
  auto lease = pool.acquire(call.info().app + "\n" + target.address, waiter);
  if (!lease) return lease.error();
  Session session(*std::move(lease), waiter);
  bool was_kept = session.lease_.get() != nullptr;
  for (;;) {
    if (!was_kept) {
      auto opened = open_checked(pool, call, target, options, waiter);
      if (!opened) return opened.error();
      session.lease_.set(*std::move(opened));
    }
    const auto begun = session.connection().run_own(begin_statements(call, options, waiter), waiter);
    const bool is_lost = !session.connection().is_usable();
    // The server was restarted while the connection lay idle; nothing has run yet.
    if (is_lost && was_kept && (begun || begun.error().code == Errc::unavailable)) {
      was_kept = false;
      continue;
    }
    if (!begun) return begun.error();
    if (begun->error) return Error{Errc::unavailable, "cannot begin a transaction: " + begun->error->message};
    if (options.require_follower && begun->table.at(0, 0) != "t") {
      session.finish();
      return Error{Errc::denied, unfit_target(target.variable)};
    }
    return session;
  }
}

Result<Table> Session::ask(const std::string& query, const Parameters& parameters) const {
  auto reply = connection().run_one(query, parameters, kCatalogueLimits, waiter_);
  if (!reply) return reply.error();
  if (reply->error) return Error{Errc::internal, reply->error->message};
  return std::move(reply->table);
}

bool Session::finish() {
  Connection& connection = *lease_.get();
  if (!connection.is_usable()) return true;  // it is closed, and with it the transaction
  const bool was_ours = connection.in_transaction();
  const Waiter waiter = Waiter::for_ms(kResetMs);
  for (const char* const statement : {"ROLLBACK", "DISCARD ALL"}) {
    const auto done = connection.run_own(statement, waiter);
    if (!done || done->error) return was_ours;
  }
  if (was_ours && connection.is_fresh()) lease_.keep();
  return was_ours;
}

}  // namespace postgres
