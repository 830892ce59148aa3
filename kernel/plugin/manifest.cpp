#include "plugin/manifest.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "collet/args.hpp"
#include "services/origin.hpp"
#include "services/services.hpp"

namespace collet::plugin {
namespace {

constexpr std::size_t kManifestDepthMax = 32;

Error bad(std::string_view what) { return {Errc::invalid, "bad manifest: " + std::string(what)}; }

bool is_plugin_id(std::string_view id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= 64 && id[0] >= 'a' && id[0] <= 'z' && std::ranges::all_of(id, fits);
}

Result<void> check(const Manifest& manifest) {
  if (!is_plugin_id(manifest.id)) {
    return bad("/id: expected lower-case letters, digits, '_' or '-', at most 64, got \"" +
               base::shorten(manifest.id, 80) + "\"");
  }
  if (manifest.version.empty()) return bad("/version: must not be empty");
  for (const auto& id : manifest.required) {
    if (services::service_table(id) == nullptr) {
      return Error{Errc::unavailable, "needs the service \"" + base::shorten(id, 80) + "\", which this version does not offer"};
    }
  }
  if (!manifest.config_schema.is_null() && !manifest.config_schema.is_object()) {
    return bad("/config_schema: expected an object");
  }
  return {};
}

/// A detail that is not understood may narrow the wish, so it is not left out:
/// the whole capability is unknown then.
bool is_known(std::string_view capability) {
  const auto service = services::service_of(capability);
  if (services::service_id(service).empty()) return false;
  if (service.size() == capability.size()) return true;
  return (service == "secrets" || service == "http") && capability.size() > service.size() + 1;
}

/// What a newer plugin says of itself and this version has no word for. A plugin
/// that cannot do without a service has it under `requires`.
void forget_unknown(Manifest& manifest) {
  std::vector<std::string> unknown;
  for (const auto& capability : manifest.capabilities) {
    if (!is_known(capability)) unknown.push_back(base::shorten(capability, 80));
  }
  std::erase_if(manifest.capabilities, [](const std::string& capability) { return !is_known(capability); });
  if (!unknown.empty()) {
    base::log_warn("a plugin asks for services that are unknown here and gets none for them",
                   {{"plugin", manifest.id}, {"unknown", base::join(unknown, ", ")},
                    {"known", base::join(services::known_services(), ", ")}});
  }
  if (manifest.status == "stable" || manifest.status == "draft") return;
  base::log_warn("a plugin has an unknown status, which counts as draft",
                 {{"plugin", manifest.id}, {"status", base::shorten(manifest.status, 80)}});
  manifest.status = "draft";
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view text) {
  JsonLimits limits;
  limits.depth_max = kManifestDepthMax;
  auto parsed = Value::parse(text, limits);
  if (!parsed) return bad(parsed.error().message);
  if (!parsed->is_object()) return bad("expected a JSON object");
  const Args args(*parsed);
  Manifest out;
  auto id = args.string("id");
  if (!id) return bad(id.error().message);
  auto version = args.string("version");
  if (!version) return bad(version.error().message);
  auto description = args.optional_string("description");
  if (!description) return bad(description.error().message);
  auto status = args.optional_string("status", "draft");
  if (!status) return bad(status.error().message);
  auto capabilities = args.strings("capabilities");
  if (!capabilities) return bad(capabilities.error().message);
  auto required = args.strings("requires");
  if (!required) return bad(required.error().message);
  out.id = *std::move(id);
  out.version = *std::move(version);
  out.description = *std::move(description);
  out.status = *std::move(status);
  out.capabilities = *std::move(capabilities);
  out.required = *std::move(required);
  out.config_schema = (*parsed)["config_schema"];
  out.json = *parsed;
  if (auto fits = check(out); !fits) return fits.error();
  forget_unknown(out);
  return out;
}

Result<std::vector<std::string>> grant(const Manifest& manifest, const std::vector<std::string>* granted) {
  std::vector<std::string> out;
  for (const auto& capability : manifest.capabilities) {
    // A grant of the whole service covers its details too.
    const auto covers = [&](const std::string& given) {
      return given == capability || given == services::service_of(capability);
    };
    if (!granted || std::ranges::any_of(*granted, covers)) {
      out.push_back(capability);
      continue;
    }
    // Asked for as a whole and granted in part.
    for (const auto& given : *granted) {
      if (given != capability && services::service_of(given) == capability && is_known(given)) out.push_back(given);
    }
  }
  for (const auto& id : manifest.required) {
    const auto serves = [&](const std::string& capability) {
      return services::service_id(services::service_of(capability)) == id;
    };
    if (id != services::service_id("log") && std::ranges::none_of(out, serves)) {
      return Error{Errc::denied, "needs the service \"" + id + "\", which " +
                                     (granted ? "plugins.grants does not give it" : "its manifest does not ask for under capabilities")};
    }
  }
  return out;
}

}  // namespace collet::plugin
