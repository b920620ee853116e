#include "list_sets.hpp"

#include "edgewatch/config/list_edition.hpp"

#include "atomic_file.hpp"
#include "list_store.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

constexpr std::size_t sets_kept = 10;
using Lists = std::vector<classify::ListSet::List>;

/// Numbers of the sets that are kept, oldest first.
std::vector<unsigned> kept(const std::filesystem::path& folder) {
  std::vector<unsigned> out;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    unsigned number = 0;
    const std::string name = file.path().filename();
    const char* end = std::from_chars(name.data(), name.data() + name.size(), number).ptr;
    if (end != name.data() && std::string_view(end) == ".set") out.push_back(number);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string file_name(unsigned number) { return fmt::format("{:06}.set", number); }

bool is_of(const std::filesystem::path& file, const Lists& lists) {
  const MappedFile mapped(file);
  const auto set = classify::ListSet::over(mapped.bytes());
  return set && set->lists() == lists;
}

void put_in_force(const std::filesystem::path& folder, unsigned number) {
  const auto draft = folder / "current.new";
  std::filesystem::remove(draft);
  std::filesystem::create_symlink(file_name(number), draft);
  std::filesystem::rename(draft, folder / "current");
}

std::string compile(const config::ListSettings& settings, const Lists& lists) {
  std::vector<config::ParsedList> editions;
  editions.reserve(lists.size());
  std::vector<config::SetMember> members;
  for (const auto& list : lists) {
    auto edition = ListStore(settings.folder, list.name).edition(list.edition);
    if (!edition)
      throw std::runtime_error(fmt::format("{}: edition {}: {}", list.name, list.edition, edition.error()));
    editions.push_back(std::move(edition).value());
    members.push_back({list, &editions.back()});
  }
  return config::list_set_file(members, random_hash_key());
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && status.st_size > 0) {
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (address != MAP_FAILED) {
      address_ = address;
      size_ = size;
    }
  }
  ::close(descriptor);
}

MappedFile::~MappedFile() {
  if (address_ != nullptr) ::munmap(address_, size_);
}

void bring_set_up_to_date(const config::ListSettings& settings) {
  Lists lists;
  for (const config::ListSource& source : settings.lists) {
    const auto state = ListStore(settings.folder, source.name).load();
    if (state && state->active != 0) lists.push_back({source.name, source.category, state->active});
  }
  const auto folder = settings.folder / "sets.d";  // no list is called so
  std::filesystem::create_directories(folder);
  if (is_of(folder / "current", lists)) return;
  std::vector<unsigned> sets = kept(folder);
  const auto same = std::find_if(sets.rbegin(), sets.rend(),
                                 [&](unsigned number) { return is_of(folder / file_name(number), lists); });
  if (same != sets.rend()) return put_in_force(folder, *same);
  const unsigned number = sets.empty() ? 1 : sets.back() + 1;
  write_atomically(folder / file_name(number), compile(settings, lists));
  put_in_force(folder, number);
  sets.push_back(number);
  for (std::size_t i = 0; i + sets_kept < sets.size(); ++i)
    std::filesystem::remove(folder / file_name(sets[i]));
}

}  // namespace edgewatch::runtime
