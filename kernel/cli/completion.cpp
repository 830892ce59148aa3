#include "cli/completion.hpp"

#include <functional>

namespace collet::cli {
namespace {

using Visit = std::function<void(const CommandShape&, const std::string& path)>;

void walk(const CommandShape& command, const std::string& path, const Visit& visit) {
  visit(command, path);
  for (const CommandShape& child : command.commands) walk(child, path + " " + child.name, visit);
}

// Inside single quotes of all three shells.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : c == '\n' ? std::string(" ") : std::string(1, c);
  return out;
}

// Paths of commands that have commands: the words to follow while reading a line.
std::string steps(const CommandShape& root) {
  std::string out;
  walk(root, root.name, [&](const CommandShape& command, const std::string& path) {
    for (const CommandShape& child : command.commands) out += (out.empty() ? "'" : "|'") + path + " " + child.name + "'";
  });
  return out;
}

std::string bash(const CommandShape& root) {
  std::string out = "# bash completion; load with: source <(" + root.name + " completion bash)\n_" + root.name + "() {\n" +
      "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" path=" + root.name + " word\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case \"$path $word\" in\n      " + steps(root) + ") path=\"$path $word\";;\n    esac\n  done\n"
      "  case \"$path\" in\n";
  walk(root, root.name, [&](const CommandShape& command, const std::string& path) {
    std::string words;
    for (const CommandShape& child : command.commands) words += child.name + " ";
    for (const auto& option : command.options) words += option.name + " ";
    out += "    '" + path + "') COMPREPLY=($(compgen -W '" + quoted(words) + "' -- \"$cur\"));;\n";
  });
  return out + "  esac\n}\ncomplete -o default -F _" + root.name + " " + root.name + "\n";
}

std::string zsh(const CommandShape& root) {
  const auto entry = [](const std::string& name, const std::string& help) {
    return " '" + quoted(name) + ":" + quoted(help) + "'";
  };
  std::string out = "#compdef " + root.name + "\n# zsh completion; load with: source <(" + root.name + " completion zsh)\n_" + root.name + "() {\n" +
      "  local path_=" + root.name + " word\n  local -a found\n"
      "  for word in \"${(@)words[2,CURRENT-1]}\"; do\n"
      "    case \"$path_ $word\" in\n      " + steps(root) + ") path_=\"$path_ $word\";;\n    esac\n  done\n"
      "  case \"$path_\" in\n";
  walk(root, root.name, [&](const CommandShape& command, const std::string& path) {
    out += "    '" + path + "') found=(";
    for (const CommandShape& child : command.commands) out += entry(child.name, child.help);
    for (const auto& option : command.options) out += entry(option.name, option.help);
    out += " );;\n";
  });
  return out + "  esac\n  _describe 'command or option' found || _files\n}\ncompdef _" + root.name + " " + root.name + "\n";
}

std::string fish(const CommandShape& root) {
  std::string out = "# fish completion; load with: " + root.name + " completion fish | source\n"
      "function __" + root.name + "_path\n  set -l path " + root.name + "\n"
      "  for word in (commandline -opc)[2..-1]\n    switch \"$path $word\"\n      case";
  walk(root, root.name, [&](const CommandShape& command, const std::string& path) {
    for (const CommandShape& child : command.commands) out += " '" + path + " " + child.name + "'";
  });
  out += "\n        set path \"$path $word\"\n    end\n  end\n  echo $path\nend\n";
  walk(root, root.name, [&](const CommandShape& command, const std::string& path) {
    const std::string start = "complete -c " + root.name + " -n 'test (__" + root.name + "_path) = \"" + path + "\"'";
    for (const CommandShape& child : command.commands) out += start + " -f -a " + child.name + " -d '" + quoted(child.help) + "'\n";
    for (const auto& option : command.options) {
      out += start + " -l " + option.name.substr(2) + (option.takes_value ? " -r" : "") + " -d '" + quoted(option.help) + "'\n";
    }
  });
  return out;
}

}  // namespace

std::string completion_script(const CommandShape& root, std::string_view shell) {
  if (shell == "bash") return bash(root);
  if (shell == "zsh") return zsh(root);
  if (shell == "fish") return fish(root);
  return "";
}

}  // namespace collet::cli
