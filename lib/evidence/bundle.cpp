#include "edgewatch/evidence/bundle.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::evidence {
namespace {

namespace fs = std::filesystem;
using Files = std::vector<BundleFile>;
using Read = Result<Files, std::string>;

using Reader = std::unique_ptr<archive, decltype(&archive_read_free)>;
using Writer = std::unique_ptr<archive, decltype(&archive_write_free)>;
using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

constexpr std::size_t longest_name = 40;

/// Nothing that could stand for a folder, or for another name on another system.
bool is_name(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  return !name.empty() && name.size() <= longest_name && name.find_first_not_of(allowed) == name.npos &&
         name.front() != '.' && name.front() != '-' && name.back() != '.';
}

std::string words_of(archive* of) {
  const char* words = archive_error_string(of);
  return words == nullptr ? "it is not whole" : words;
}

/// What keeps this one from being taken in; empty where nothing does.
std::string objection(const Files& files, std::string_view name) {
  if (!is_name(name)) return "it holds a name that no disclosure has";
  if (files.size() == most_bundle_files) return fmt::format("it holds over {} files", most_bundle_files);
  if (std::ranges::any_of(files, [&](const BundleFile& file) { return file.name == name; }))
    return fmt::format("it holds {} twice", name);
  return {};
}

la_ssize_t append(archive* /*unused*/, void* to, const void* bytes, std::size_t size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

void check(archive* writer, int status) {
  if (status != ARCHIVE_OK) throw std::runtime_error("a zip file cannot be made: " + words_of(writer));
}

/// As much as there is room for; a byte more says that there is more.
Result<std::string, std::string> read_entry(archive* reader, std::size_t room) {
  std::array<char, 65536> block;
  std::string text;
  while (text.size() <= room) {
    const la_ssize_t count = archive_read_data(reader, block.data(), block.size());
    if (count < 0) return Failure{words_of(reader)};
    if (count == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(count));
  }
  return Failure{fmt::format("it unpacks to over {} MiB", most_bundle_bytes >> 20U)};
}

Result<std::string, std::string> read_file(const fs::path& path, std::size_t room) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat status {};
  if (descriptor < 0) return Failure{std::string(std::strerror(errno))};
  const auto fail = [&](const std::string& why) {
    ::close(descriptor);
    return Failure{why};
  };
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return fail("it is no file");
  if (static_cast<std::uintmax_t>(status.st_size) > room)
    return fail(fmt::format("it is over {} MiB", most_bundle_bytes >> 20U));
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t count = ::read(descriptor, text.data() + at, text.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail("it cannot be read to its end");
    at += static_cast<std::size_t>(count);
  }
  ::close(descriptor);
  return text;
}

Read read_folder(const fs::path& folder) {
  Files files;
  std::size_t room = most_bundle_bytes;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    BundleFile file{at->path().filename().string(), {}};
    if (const std::string why = objection(files, file.name); !why.empty()) return Failure{why};
    auto text = read_file(at->path(), room);
    if (!text) return Failure{fmt::format("{}: {}", file.name, text.error())};
    room -= text->size();
    file.text = std::move(text).value();
    files.push_back(std::move(file));
  }
  if (failed) return Failure{failed.message()};
  std::ranges::sort(files, {}, &BundleFile::name);
  return files;
}

}  // namespace

std::string pack(const Files& files) {
  std::string zip;
  const Writer writer(archive_write_new(), &archive_write_free);
  if (!writer) throw std::runtime_error("a zip file cannot be made: no memory");
  check(writer.get(), archive_write_set_format_zip(writer.get()));
  check(writer.get(), archive_write_set_bytes_in_last_block(writer.get(), 1));
  check(writer.get(), archive_write_open(writer.get(), &zip, nullptr, &append, nullptr));
  for (const BundleFile& file : files) {
    const Entry entry(archive_entry_new(), &archive_entry_free);
    archive_entry_set_pathname(entry.get(), file.name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.text.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    check(writer.get(), archive_write_header(writer.get(), entry.get()));
    if (archive_write_data(writer.get(), file.text.data(), file.text.size()) !=
        static_cast<la_ssize_t>(file.text.size()))
      throw std::runtime_error("a zip file cannot be made: " + words_of(writer.get()));
  }
  check(writer.get(), archive_write_close(writer.get()));
  return zip;
}

Read unpack(std::string_view zip) {
  const Reader reader(archive_read_new(), &archive_read_free);
  if (!reader) return Failure{std::string("no memory")};
  archive_read_support_format_zip_seekable(reader.get());
  if (archive_read_open_memory(reader.get(), zip.data(), zip.size()) != ARCHIVE_OK)
    return Failure{std::string("it is no zip file")};
  Files files;
  std::size_t room = most_bundle_bytes;
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
    const char* path = archive_entry_pathname(entry);
    const std::string name = path == nullptr ? "" : path;
    if (const std::string why = objection(files, name); !why.empty()) return Failure{why};
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr)
      return Failure{fmt::format("{} is no file", name)};
    if (archive_entry_is_encrypted(entry) != 0) return Failure{fmt::format("{} is encrypted", name)};
    auto text = read_entry(reader.get(), room);
    if (!text) return Failure{fmt::format("{}: {}", name, text.error())};
    room -= text->size();
    files.push_back({name, std::move(text).value()});
  }
  if (status != ARCHIVE_EOF) return Failure{words_of(reader.get())};
  return files;
}

Read read_bundle(const fs::path& path) {
  std::error_code none;
  if (fs::is_directory(path, none)) return read_folder(path);
  // A link to the file itself is the user's own.
  const fs::path file = fs::is_symlink(path, none) ? fs::canonical(path, none) : path;
  const auto zip = read_file(file, most_bundle_bytes);
  if (!zip) return Failure{zip.error()};
  return unpack(*zip);
}

}  // namespace edgewatch::evidence
