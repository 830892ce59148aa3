#include "hostile/catalogue.hpp"

#include <cctype>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace collet::sandbox {
namespace {

std::int64_t number_in(const std::string& text) {
  std::size_t end = 0;
  const std::int64_t number = std::stoll(text, &end);
  if (text.substr(end) == "M") return number << 20;
  if (text.substr(end) == "G") return number << 30;
  if (end != text.size()) throw std::runtime_error("no number: " + text);
  return number;
}

void set_option(HostileProgram& program, const std::string& name, const std::string& value) {
  if (name == "memory") program.size.memory_bytes = number_in(value);
  else if (name == "disk") program.size.disk_bytes = number_in(value);
  else if (name == "pids") program.size.pids_max = static_cast<int>(number_in(value));
  else if (name == "cores") program.size.cpu_cores = std::stod(value);
  else if (name == "ms") program.timeout_ms = number_in(value);
  else if (name == "took_ms") program.took_ms_max = number_in(value);
  else if (name == "cpu_ms") program.cpu_ms_max = number_in(value);
  else if (name == "app") program.app = value;
  else if (name == "out") program.has_out_folder = value == "1";
  else throw std::runtime_error("unknown option " + name);
}

HostileProgram read_row(int number, std::istringstream& words) {
  HostileProgram program;
  program.number = number;
  program.size.memory_bytes = 256 << 20;
  program.size.disk_bytes = 32 << 20;
  program.size.pids_max = 64;
  std::string endings, option;
  words >> program.file >> endings;
  if (const auto colon = program.file.find(':'); colon != std::string::npos) {
    program.mode = program.file.substr(colon + 1);
    program.file.resize(colon);
  }
  std::istringstream list(endings);
  for (std::string ending; std::getline(list, ending, '|');) program.endings.push_back(ending);
  if (program.endings.empty()) throw std::runtime_error("how must " + program.file + " end?");
  while (words >> option) {
    const auto equals = option.find('=');
    set_option(program, option.substr(0, equals), equals == std::string::npos ? "" : option.substr(equals + 1));
  }
  return program;
}

}  // namespace

void PrintTo(const HostileProgram& program, std::ostream* out) { *out << name_of(program); }

std::string name_of(const HostileProgram& program) {
  std::string name = (program.number < 10 ? "0" : "") + std::to_string(program.number) + "_" + program.file;
  if (!program.mode.empty()) name += "_" + program.mode;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  if (!program.app.empty()) name += "_app_" + program.app;
  if (program.has_out_folder) name += "_out";
  return name;
}

std::vector<HostileProgram> read_catalogue(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<HostileProgram> programs;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "class") words >> number;
    if (kind == "run") programs.push_back(read_row(number, words));
  }
  return programs;
}

}  // namespace collet::sandbox
