#include "services/blob.hpp"

#include <utility>

#include "base/ids.hpp"
#include "collet/sized.hpp"
#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {
constexpr std::size_t kIdDigits = 32;
}

void BlobStore::drop_idle() {
  const auto oldest = now_() - idle_;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->second.used < oldest) {
      bytes_[entry->second.blob->owner] -= entry->second.blob->data.size();
      entries_.erase(entry);
    }
    entry = next;
  }
}

Result<std::string> BlobStore::put(Blob blob) {
  const std::scoped_lock lock(mutex_);
  drop_idle();
  std::size_t& held = bytes_[blob.owner];
  if (held + blob.data.size() > bytes_max_) {
    return Error{Errc::limit, "the instance's blobs would take more than limits.blob_bytes_max = " + std::to_string(bytes_max_) + " bytes"};
  }
  held += blob.data.size();
  std::string id = base::random_hex(kIdDigits);
  entries_[id] = Entry{std::make_shared<const Blob>(std::move(blob)), now_()};
  return id;
}

std::shared_ptr<const Blob> BlobStore::find(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  drop_idle();
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return nullptr;
  entry->second.used = now_();
  return entry->second.blob;
}

Result<void> BlobStore::remove(std::string_view id, std::string_view owner) {
  const std::scoped_lock lock(mutex_);
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return Error{Errc::not_found, "no such blob"};
  if (entry->second.blob->owner != owner) return Error{Errc::denied, "another plugin's blob"};
  bytes_[entry->second.blob->owner] -= entry->second.blob->data.size();
  entries_.erase(entry);
  return {};
}

namespace {

collet_status put(collet_call call, const collet_blob_view* blob, collet_text_fn id, void* user) noexcept {
  std::shared_ptr<Scope> scope;
  if (const auto allowed = authorize(call, 0, scope); allowed != COLLET_OK) return allowed;
  if (!is_whole(blob) || id == nullptr) return COLLET_E_INVALID;
  const collet_blob_view own = read_struct(blob);
  if (own.reserved != 0) return COLLET_E_UNAVAILABLE;
  if (own.mime.len > COLLET_MIME_BYTES_MAX || own.name.len > COLLET_NAME_BYTES_MAX) return COLLET_E_INVALID;
  Origin& origin = origin_of(call);
  // Looked at before the copy: the store itself would see it too late.
  if (own.data.len > origin.services->blobs.bytes_max()) return COLLET_E_LIMIT;
  Blob copy{std::string(to_view(own.data)), std::string(to_view(own.mime)),
            std::string(to_view(own.name)), origin.instance, scope ? std::string(scope->facts().caller) : ""};
  const auto made = origin.services->blobs.put(std::move(copy));
  if (!made) return static_cast<collet_status>(made.error().code);
  id(user, to_str(*made));
  return COLLET_OK;
}

collet_status get(collet_call call, collet_str id, collet_blob_fn each, void* user) noexcept {
  std::shared_ptr<Scope> scope;
  if (const auto allowed = authorize(call, 0, scope); allowed != COLLET_OK) return allowed;
  const auto blob = origin_of(call).services->blobs.find(to_view(id));
  if (!blob) return COLLET_E_NOT_FOUND;
  collet_blob_view view = {};
  view.struct_size = sizeof(view);
  view.data = to_str(blob->data);
  view.mime = to_optional_str(blob->mime);
  view.name = to_optional_str(blob->name);
  each(user, &view);
  return COLLET_OK;
}

collet_status remove(collet_call call, collet_str id) noexcept {
  std::shared_ptr<Scope> scope;
  if (const auto allowed = authorize(call, 0, scope); allowed != COLLET_OK) return allowed;
  Origin& origin = origin_of(call);
  const auto done = origin.services->blobs.remove(to_view(id), origin.instance);
  return done ? COLLET_OK : static_cast<collet_status>(done.error().code);
}

}  // namespace

const collet_blob kBlobTable = {sizeof(collet_blob), 0, &put, &get, &remove};

}  // namespace collet::services
