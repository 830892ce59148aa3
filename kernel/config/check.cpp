#include "config/check.hpp"

#include <filesystem>
#include <set>

#include "base/text.hpp"

namespace collet::config {
namespace {

bool is_http_url(std::string_view url) {
  const std::size_t scheme = url.starts_with("http://") ? 7 : url.starts_with("https://") ? 8 : 0;
  return scheme > 0 && url.size() > scheme && url.find_first_of(" \t\r\n") == std::string_view::npos &&
         url.find_first_of("/?#", scheme) != scheme;
}

bool is_host_port(std::string_view text, std::int64_t port_min) {
  const std::size_t cut = text.rfind(':');
  if (cut == std::string_view::npos || cut == 0) return false;
  const std::string_view host = text.substr(0, cut);
  const auto port = base::parse_int64(text.substr(cut + 1));
  if (!port || *port < port_min || *port > 65'535 || text[cut + 1] == '-') return false;
  if (host.front() == '[') return host.size() > 2 && host.back() == ']';
  return host.find_first_of(": \t/[]@") == std::string_view::npos;
}

class Checker {
 public:
  Checker(const Settings& settings, Findings& findings) : s_(settings), findings_(findings) {}

  void all() {
    server();
    keys();
    models();
    names();
    agents();
    apps();
    plugins();
    numbers();
  }

 private:
  void server() {
    if (!is_host_port(s_.server.listen, 0)) {
      findings_.add("server.listen", "expected HOST:PORT as in 127.0.0.1:8080 or [::1]:0, got \"" + s_.server.listen + "\"");
    }
    const TlsSettings& tls = s_.server.tls;
    if (tls.cert.empty() != tls.key.empty()) {
      findings_.add("server.tls", std::string(tls.cert.empty() ? "key" : "cert") + " is given without " +
                                      (tls.cert.empty() ? "cert" : "key") + "; give both, or neither for plain HTTP");
    }
    file("server.tls.cert", tls.cert);
    file("server.tls.key", tls.key);
    if (!s_.server.public_url.empty() && !is_http_url(s_.server.public_url)) {
      findings_.add("server.public_url", "expected a http:// or https:// URL, got \"" + s_.server.public_url + "\"");
    }
    hosts("egress.allow_private", s_.egress.allow_private, "10.0.0.5:5432");
    for (std::size_t i = 0; i < s_.egress.ports.size(); ++i) {
      const std::string& port = s_.egress.ports[i];
      const auto number = base::parse_int64(port);
      if (!number || *number < 1 || *number > 65'535) findings_.add(index_path("egress.ports", i), "expected a port from 1 to 65535, got \"" + port + "\"");
    }
  }

  void keys() {
    std::set<std::string> ids, values;
    for (std::size_t i = 0; i < s_.auth.keys.size(); ++i) {
      const KeySettings& key = s_.auth.keys[i];
      const std::string path = index_path("auth.keys", i);
      if (!key.id.empty() && !ids.insert(key.id).second) findings_.add(path + ".id", "\"" + key.id + "\" is the id of an earlier key; ids are unique");
      if (!key.key.empty() && !values.insert(key.key).second) findings_.add(path + ".key", "an earlier entry has the same key; keys are unique");
      const std::string_view digest = key.key;
      if (digest.starts_with("sha256:") && (digest.size() != 71 || digest.find_first_not_of("0123456789abcdef", 7) != std::string_view::npos)) {
        findings_.add(path + ".key", "expected 64 lower-case hex digits after sha256:");
      }
      if (digest.find_first_of(" \t\r\n") != std::string_view::npos) findings_.add(path + ".key", "must not hold white space: it is sent in a header");
      globs(path + ".tools", key.tools);
      globs(path + ".commands", key.commands);
    }
  }

  void models() {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < s_.models.size(); ++i) {
      const ModelSettings& model = s_.models[i];
      const std::string path = index_path("models", i);
      if (!model.id.empty() && !ids.insert(model.id).second) findings_.add(path + ".id", "\"" + model.id + "\" is the id of an earlier model; ids are unique");
      if (model.provider == "openai" && !is_http_url(model.base_url)) {
        findings_.add(path + ".base_url", "expected a URL as in http://127.0.0.1:9000/v1, got \"" + model.base_url + "\"");
      }
      if (model.vision && (model.provider == "embedded" || model.tool_mode == "planned")) {
        findings_.add(path + ".vision", "a model that is led step by step is shown no pictures; leave it out, or use provider openai with tool_mode native");
      }
      file(path + ".embedded.weights_file", model.embedded.weights_file);
    }
  }

  // One name space: all three are sent as `model`.
  void names() {
    for (const auto& [alias, target] : s_.aliases) {
      const std::string path = "aliases." + alias;
      if (has_model(alias)) findings_.add(path, "is the id of a model already; an alias needs a name of its own");
      if (!has_model(target)) findings_.add(path, "\"" + target + "\" is not the id of a model; " + known_models());
    }
    for (const auto& [name, agent] : s_.agents) {
      if (has_model(name) || s_.aliases.contains(name)) {
        findings_.add("agents." + name, "is the name of a model or alias already; an agent needs a name of its own");
      }
    }
  }

  void agents() {
    for (const auto& [name, agent] : s_.agents) {
      const std::string path = "agents." + name;
      if (!agent.model.empty() && !has_model(agent.model) && !s_.aliases.contains(agent.model)) {
        findings_.add(path + ".model", "\"" + agent.model + "\" is neither a model nor an alias; " + known_models());
      }
      for (std::size_t i = 0; i < agent.mcp_servers.size(); ++i) {
        findings_.add(index_path(path + ".mcp_servers", i), "MCP servers are not available yet; leave it empty");
      }
    }
  }

  void apps() {
    for (const auto& [name, app] : s_.apps) {
      const std::string path = "apps." + name;
      std::error_code error;
      if (!app.root.empty() && !std::filesystem::is_directory(app.root, error)) findings_.add(path + ".root", "there is no folder " + app.root);
      for (std::size_t i = 0; i < app.roots.size(); ++i) {
        if (!std::filesystem::is_directory(app.roots[i], error)) findings_.add(index_path(path + ".roots", i), "there is no folder " + app.roots[i]);
      }
      globs(path + ".tools", app.tools);
      hosts(path + ".network", app.network, "api.example.com:443");
    }
  }

  void plugins() {
    std::set<std::string> names;
    for (std::size_t i = 0; i < s_.plugins.instances.size(); ++i) {
      const PluginInstanceSettings& instance = s_.plugins.instances[i];
      const std::string path = index_path("plugins.instances", i);
      if (!instance.name.empty() && !names.insert(instance.name).second) {
        findings_.add(path + ".name", "\"" + instance.name + "\" is the name of an earlier instance; names are unique");
      }
      if (!instance.config.is_null() && !instance.config.is_object()) findings_.add(path + ".config", "expected a map of options");
    }
    for (const auto& [name, value] : s_.plugins.secrets) {
      if (name.find('/') == std::string::npos) findings_.add("plugins.secrets." + name, "expected PLUGIN/NAME as the key");
    }
    for (const auto& [language, paths] : s_.sandbox.runtimes) {
      if (paths.empty()) findings_.add("sandbox.runtimes." + language, "expected [interpreter, folder, ...]");
      for (std::size_t i = 0; i < paths.size(); ++i) {
        if (!paths[i].starts_with('/')) findings_.add(index_path("sandbox.runtimes." + language, i), "expected an absolute path, got \"" + paths[i] + "\"");
      }
    }
  }

  void numbers() {
    const LimitSettings& limits = s_.limits;
    const SandboxSettings& sandbox = s_.sandbox;
    order("limits.calls_per_tool_default", limits.calls_per_tool_default, "calls_per_tool_max", limits.calls_per_tool_max);
    order("limits.ttl_seconds_default", limits.ttl_seconds_default, "ttl_seconds_max", limits.ttl_seconds_max);
    order("limits.call_output_bytes_max", limits.call_output_bytes_max, "run_output_bytes_max", limits.run_output_bytes_max);
    order("limits.header_bytes_max", limits.header_bytes_max, "body_bytes_max", limits.body_bytes_max);
    const std::int64_t kept = sandbox.output_head_bytes + sandbox.output_tail_bytes;
    order("sandbox.output_head_bytes", kept, "output_bytes_max", sandbox.output_bytes_max);
    for (const auto& [name, size] : s_.sizes) {
      if (size.disk_bytes <= size.memory_bytes) continue;
      findings_.add("sizes." + name + ".disk_bytes", "is " + std::to_string(size.disk_bytes) + ", more than memory_bytes (" +
                                                         std::to_string(size.memory_bytes) + "), to which it is charged");
    }
  }

  void order(std::string_view path, std::int64_t small, std::string_view other, std::int64_t large) {
    if (small <= large) return;
    findings_.add(path, "is " + std::to_string(small) + ", more than " + std::string(other) + " (" + std::to_string(large) + ")");
  }

  void file(std::string_view path, const std::string& name) {
    std::error_code error;
    if (!name.empty() && !std::filesystem::is_regular_file(name, error)) findings_.add(path, "there is no file " + name);
  }

  void hosts(const std::string& path, const std::vector<std::string>& entries, const std::string& example) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (is_host_port(entries[i], 1)) continue;
      findings_.add(index_path(path, i), "expected HOST:PORT as in " + example + ", got \"" + entries[i] + "\"");
    }
  }

  void globs(const std::string& path, const std::vector<std::string>& patterns) {
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (patterns[i].find_first_of("[]{}()\\ \t\n") == std::string::npos) continue;
      findings_.add(index_path(path, i), "\"" + patterns[i] + "\" is no tool glob: only * (any run) and ? (any character) are special");
    }
  }

  [[nodiscard]] bool has_model(std::string_view id) const {
    for (const ModelSettings& model : s_.models) {
      if (model.id == id) return true;
    }
    return false;
  }

  [[nodiscard]] std::string known_models() const {
    std::vector<std::string> ids;
    for (const ModelSettings& model : s_.models) ids.push_back(model.id);
    return ids.empty() ? "no models are configured" : "there are " + base::shorten(base::join(ids, ", "), 200);
  }

  const Settings& s_;
  Findings& findings_;
};

}  // namespace

void check(const Settings& settings, Findings& findings) { Checker(settings, findings).all(); }

}  // namespace collet::config
