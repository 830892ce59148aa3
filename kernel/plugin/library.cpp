// The one file that knows Boost.DLL; it loads and looks up, nothing more.
#include "plugin/library.hpp"

#include <vector>

#include <boost/dll/shared_library.hpp>

#include "collet/sized.hpp"

namespace collet::plugin {
namespace {

/// Holds every handle for ever, see Library.
boost::dll::shared_library& keep(boost::dll::shared_library library) {
  static auto* const kept = new std::vector<std::unique_ptr<boost::dll::shared_library>>;
  kept->push_back(std::make_unique<boost::dll::shared_library>(std::move(library)));
  return *kept->back();
}

Result<void> check_table(const collet_plugin& table) {
  if (!table.create || !table.destroy || !table.list_tools || !table.invoke) {
    return Error{Errc::invalid, "its table lacks create, destroy, list_tools or invoke"};
  }
  if (table.abi_minor > COLLET_ABI_MINOR) {
    return Error{Errc::unavailable, "needs plugin ABI minor " + std::to_string(table.abi_minor)};
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const Library>> Library::load(const PluginFile& file, CopyFolder& copies) {
  const auto copy = copies.add(file);
  if (!copy) return copy.error();
  try {
    namespace dll = boost::dll;
    auto& library = keep(dll::shared_library(*copy, dll::load_mode::rtld_now | dll::load_mode::rtld_local));
    if (!library.has(COLLET_ENTRY_SYMBOL)) {
      return Error{Errc::invalid, "does not export " COLLET_ENTRY_SYMBOL};
    }
    const auto entry = library.get<const collet_plugin*(std::uint32_t)>(COLLET_ENTRY_SYMBOL);
    const collet_plugin* table = entry(COLLET_ABI_MINOR);
    if (table == nullptr) return Error{Errc::unavailable, "says that it does not work with this server"};
    if (!is_whole(table)) return Error{Errc::invalid, "its table has " + std::to_string(table->struct_size) + " bytes, fewer than the one of ABI 1.0"};
    const collet_plugin own = read_struct(table);
    if (auto fits = check_table(own); !fits) return fits.error();
    return std::shared_ptr<const Library>(new Library(own, file.manifest));
  } catch (const std::exception& e) {
    return Error{Errc::unavailable, std::string("cannot be loaded: ") + e.what()};
  }
}

}  // namespace collet::plugin
