#include "arguments.hpp"

#include "collet/args.hpp"

namespace run_command {
namespace {

// The kernel's limit of one string of an environment is 128 KiB, name and end included.
constexpr std::size_t kVariableBytesMax = (128u << 10) - 1;

}  // namespace

collet::Result<std::vector<std::string>> variables_of(const std::vector<Parameter>& parameters, const collet::Value& arguments) {
  const collet::Args args(arguments);
  std::vector<std::string> out;
  for (const Parameter& parameter : parameters) {
    if (!arguments.has(parameter.name)) continue;
    const collet::Value value = arguments[parameter.name];
    const auto text = value.as_string();
    std::string variable = parameter.variable + "=" + (text ? std::string(*text) : value.dump());
    if (variable.find('\0') != std::string::npos) {
      return args.error(parameter.name, "holds a NUL character, which no command can receive; leave it out");
    }
    if (variable.size() > kVariableBytesMax) {
      return args.error(parameter.name, "has " + std::to_string(variable.size() - parameter.variable.size() - 1) +
                                            " bytes; a command can receive about 128 KiB in one argument");
    }
    out.push_back(std::move(variable));
  }
  return out;
}

}  // namespace run_command
