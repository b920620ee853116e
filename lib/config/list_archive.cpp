// What was downloaded, taken out of its packing by libarchive. Only packings that lists are published in are
// let in: the library knows many more.
#include "edgewatch/base/text.hpp"

#include "list_reader.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

namespace edgewatch::config {
namespace {

/// v2fly's repository has 1,500 files; numbers of files have sixteen bits.
constexpr std::size_t most_files = 20'000;
/// What an archive may claim in all, read or passed over: UT1 unpacks to some 200 MiB.
constexpr std::uint64_t most_claimed = std::uint64_t{2} << 30U;

using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;

Failure<std::string> damaged(archive* reader) {
  const char* words = archive_error_string(reader);
  return Failure{fmt::format("it cannot be unpacked: {}", words == nullptr ? "not whole" : words)};
}

/// Adds what the entry holds to the text; 0, or the library's error.
int read_entry(archive* reader, std::size_t most_bytes, std::string& text) {
  std::array<char, 65536> block;
  while (true) {
    const la_ssize_t count = archive_read_data(reader, block.data(), block.size());
    if (count < 0) return static_cast<int>(count);
    if (count == 0) return ARCHIVE_OK;
    text.append(block.data(), static_cast<std::size_t>(count));
    if (text.size() > most_bytes) return ARCHIVE_OK;
  }
}

/// Null where it has none that can be told.
const char* path_of(archive_entry* entry) {
  const char* path = archive_entry_pathname(entry);
  return path != nullptr ? path : archive_entry_pathname_utf8(entry);
}

}  // namespace

std::string size_bound(std::size_t most_bytes) {
  return fmt::format("{} MiB; where it should be, raise its size_mib in lists.toml", most_bytes >> 20U);
}

Result<std::vector<ListFile>, std::string> unpack_list(std::string bytes, const ListShape& shape,
                                                       std::size_t most_bytes) {
  const Reader reader(archive_read_new(), &archive_read_free);
  if (!reader) return Failure{std::string("it cannot be unpacked: no memory")};
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_bzip2(reader.get());
  archive_read_support_filter_xz(reader.get());
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_raw(reader.get());
  archive_read_support_format_empty(reader.get());
  if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return damaged(reader.get());

  std::vector<ListFile> files;
  std::size_t kept = 0;
  std::uint64_t claimed = 0;
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  // A warning is of a name or a time stamp that this system cannot hold; the file is whole.
  while ((status = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK || status == ARCHIVE_WARN) {
    const bool is_raw = archive_format(reader.get()) == ARCHIVE_FORMAT_RAW;
    claimed += is_raw ? 0 : static_cast<std::uint64_t>(archive_entry_size(entry));
    if (claimed > most_claimed || files.size() > most_files)
      return Failure{std::string("it holds too much for a list")};
    const char* path = is_raw ? "" : path_of(entry);
    if (path == nullptr ||
        (!is_raw && (archive_entry_filetype(entry) != AE_IFREG || !is_wanted(shape, path))))
      continue;
    if (is_raw && archive_filter_code(reader.get(), 0) == ARCHIVE_FILTER_NONE && bytes.size() <= most_bytes) {
      files.push_back({{}, std::move(bytes)});
      return files;
    }
    ListFile file{terminal_text(path), {}};  // for people and files: strangers wrote it
    if (read_entry(reader.get(), most_bytes - kept, file.text) != ARCHIVE_OK) return damaged(reader.get());
    kept += file.text.size();
    if (kept > most_bytes) return Failure{fmt::format("it unpacks to more than {}", size_bound(most_bytes))};
    files.push_back(std::move(file));
  }
  if (status != ARCHIVE_EOF) return damaged(reader.get());
  if (files.empty() && archive_format(reader.get()) == ARCHIVE_FORMAT_EMPTY) files.push_back({});
  return files;
}

}  // namespace edgewatch::config
