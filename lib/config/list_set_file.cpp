#include "edgewatch/config/list_set_file.hpp"

#include "edgewatch/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::config {
namespace {

/// A file in memory, read only; empty where it cannot be read.
class FileInMemory {
 public:
  explicit FileInMemory(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return;
    struct stat status {};
    if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      is_ours(status) ? map(descriptor) : copy(descriptor);
    }
    ::close(descriptor);
  }
  ~FileInMemory() {
    if (address_ != nullptr) ::munmap(address_, size_);
  }
  FileInMemory(const FileInMemory&) = delete;
  FileInMemory& operator=(const FileInMemory&) = delete;
  [[nodiscard]] Bytes bytes() const {
    return {static_cast<const std::uint8_t*>(address_), address_ == nullptr ? 0 : size_};
  }

 private:
  /// What others could change after its sum was looked at must not lie under our look-ups.
  static bool is_ours(const struct stat& status) {
    constexpr mode_t others_write = S_IWGRP | S_IWOTH;
    return (status.st_uid == ::geteuid() || status.st_uid == 0) && (status.st_mode & others_write) == 0;
  }
  void map(int descriptor) {
    void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (address != MAP_FAILED) address_ = address;
  }
  void copy(int descriptor) {
    void* address = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) return;
    address_ = address;
    auto* to = static_cast<std::uint8_t*>(address);
    for (std::size_t at = 0; at < size_;) {
      const ssize_t got = ::read(descriptor, to + at, size_ - at);
      if (got <= 0) return;  // the rest stays zero, which no sum allows
      at += static_cast<std::size_t>(got);
    }
  }

  void* address_ = nullptr;
  std::size_t size_ = 0;
};

struct OpenSet {
  explicit OpenSet(const std::filesystem::path& path)
      : file(path), set(classify::ListSet::over(file.bytes())) {}
  FileInMemory file;
  std::optional<classify::ListSet> set;
};

}  // namespace

unsigned list_set_number(const std::filesystem::path& file) {
  const std::string name = file.filename();
  unsigned number = 0;
  const char* end = std::from_chars(name.data(), name.data() + name.size(), number).ptr;
  return std::string_view(end, name.data() + name.size()) == ".set" ? number : 0;
}

std::shared_ptr<const classify::ListSet> open_list_set(const std::filesystem::path& file) {
  const auto open = std::make_shared<const OpenSet>(file);
  return open->set ? std::shared_ptr<const classify::ListSet>(open, &*open->set) : nullptr;
}

std::optional<std::vector<classify::ListSet::List>> lists_said_by(const std::filesystem::path& file) {
  std::string beginning(std::size_t{1} << 20U, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  return classify::ListSet::said_by(
      std::string_view(beginning).substr(0, static_cast<std::size_t>(in.gcount())));
}

std::vector<std::filesystem::path> kept_list_sets(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
    if (list_set_number(file.path()) != 0) out.push_back(file.path());
  }
  std::ranges::sort(out,
                    [](const auto& a, const auto& b) { return list_set_number(a) > list_set_number(b); });
  return out;
}

std::shared_ptr<const classify::ListSet> find_list_set(const std::filesystem::path& folder,
                                                       const model::Revision& revision) {
  for (const auto& file : kept_list_sets(folder)) {
    if (auto set = open_list_set(file); set && set->revision() == revision) return set;
  }
  return nullptr;
}

ListSetInForce list_set_in_force(const std::filesystem::path& folder) {
  const auto current = folder / "current";
  std::error_code error;
  const auto target = std::filesystem::read_symlink(current, error);
  if (error == std::errc::no_such_file_or_directory)
    return {std::make_shared<const classify::ListSet>(),
            "no list was accepted yet; run `edgewatch lists update`"};
  if (auto set = open_list_set(current)) return {std::move(set), {}};
  const std::string refused = fmt::format("the compiled lists {} are damaged or cannot be read",
                                          error ? current.string() : (folder / target).string());
  for (const auto& file : kept_list_sets(folder)) {
    if (!error && list_set_number(file) >= list_set_number(target)) continue;
    if (auto set = open_list_set(file)) {
      return {std::move(set), fmt::format("{}; {} is used in their place; run `edgewatch lists update`",
                                          refused, file.filename().string())};
    }
  }
  return {std::make_shared<const classify::ListSet>(),
          refused + "; no list is used; run `edgewatch lists update`"};
}

}  // namespace edgewatch::config
