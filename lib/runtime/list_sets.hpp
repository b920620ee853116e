// All active lists as one file, which is mapped where names are looked up. The last ten are kept; the link
// `current` says which one is in force and goes from one to another at once.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/config/list_sources.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace edgewatch::runtime {

/// A file in memory, read only, as long as the object lives. Empty where it is not there or empty.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  [[nodiscard]] Bytes bytes() const { return {static_cast<const std::uint8_t*>(address_), size_}; }

 private:
  void* address_ = nullptr;
  std::size_t size_ = 0;
};

/// Sees to it that the set in force is of the lists' active editions: one that is kept, or else a new one.
/// Throws std::system_error where the disk refuses, std::runtime_error where an active edition is damaged;
/// the set in force stays then.
void bring_set_up_to_date(const config::ListSettings& settings);

}  // namespace edgewatch::runtime
