// The files of a disclosure, packed and unpacked. What is unpacked was perhaps made by somebody else, so
// everything about it is checked before it is believed. Owned values and pure functions; any thread.
#pragma once

#include "edgewatch/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::evidence {

struct BundleFile {
  std::string name;  ///< letters, digits, `.` and `-`; no folders
  std::string text;
  bool operator==(const BundleFile&) const = default;
};

inline constexpr std::size_t most_bundle_files = 64;
inline constexpr std::size_t most_bundle_bytes = std::size_t{256} << 20U;  ///< packed, and unpacked in all

/// A zip file. Throws std::runtime_error where the library cannot.
[[nodiscard]] std::string pack(const std::vector<BundleFile>& files);
/// Or why not, in words.
[[nodiscard]] Result<std::vector<BundleFile>, std::string> unpack(std::string_view zip);
/// Of a zip file, or of a folder that one was unpacked into.
[[nodiscard]] Result<std::vector<BundleFile>, std::string> read_bundle(const std::filesystem::path& path);

}  // namespace edgewatch::evidence
