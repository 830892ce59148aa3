#include "target.hpp"

#include <memory>
#include <vector>

#include <libpq-fe.h>

namespace postgres {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

bool is_address(std::string_view value) { return value.starts_with("postgres://") || value.starts_with("postgresql://"); }

bool is_readable(const std::string& address) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(address.c_str(), nullptr), &PQconninfoFree);
  return parsed != nullptr;  // libpq's reason would quote the password
}

std::string databases_of(const collet::Call& call) {
  const auto names = call.config_names();
  std::string out;
  if (names) {
    for (const auto& name : *names) {
      const auto value = call.config_var(name);
      if (value && is_address(*value)) out += (out.empty() ? "" : ", ") + name;
    }
  }
  return out.empty() ? "the app has no config var with a postgres:// address; set apps.NAME.config_vars.DATABASE_URL" : "expected one of " + out;
}

}  // namespace

Result<Target> find_target(const collet::Call& call, const std::string& attachment) {
  if (call.info().app.empty()) {
    return Error{Errc::invalid, "runtime_params.target_app_name: required, the app whose database is asked"};
  }
  std::vector<std::string> names = {attachment};
  if (attachment.ends_with("_URL")) names.push_back(attachment.substr(0, attachment.size() - 4));
  else names.insert(names.begin(), attachment + "_URL");
  for (const auto& name : names) {
    auto value = call.config_var(name);
    if (!value && value.error().code != Errc::not_found) return value.error();
    if (!value) continue;
    if (!is_address(*value)) {
      return Error{Errc::invalid, "db_attachment: config var " + name + " does not begin with postgres://; " + databases_of(call)};
    }
    if (!is_readable(*value)) {
      return Error{Errc::invalid, "db_attachment: config var " + name +
                                      " is no valid address; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE with special "
                                      "characters percent-encoded"};
    }
    return Target{name, *std::move(value)};
  }
  return Error{Errc::not_found, "db_attachment: app " + call.info().app + " has no config var \"" + attachment + "\"; " + databases_of(call)};
}

}  // namespace postgres
