#include "lease_follower.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <sys/stat.h>

namespace edgewatch::runtime {

/// Lease file clean-up of Kea: it sets the file aside as `.1`, works on that and the result of the last time
/// (`.2`), and has `.completed` until that is `.2` again. What is in `.completed` is in neither other.
std::vector<std::filesystem::path> LeaseFollower::parts() const {
  const std::filesystem::path& file = file_.file;
  if (file_.format != config::LeaseFile::Format::kea) return {file};
  const auto with = [&file](const char* suffix) { return std::filesystem::path(file.string() + suffix); };
  std::error_code error;
  if (std::filesystem::exists(with(".completed"), error)) return {with(".completed"), file};
  return {with(".2"), with(".1"), file};
}

LeaseFollower::Signature LeaseFollower::signature() const {
  constexpr std::int64_t nanoseconds = 1'000'000'000;
  Signature out;
  for (const auto& part : parts()) {
    struct stat status {};
    if (stat(part.c_str(), &status) != 0) {
      out.emplace_back(0, 0, -1, errno);
    } else {
      out.emplace_back(status.st_dev, status.st_ino, status.st_size,
                       status.st_mtim.tv_sec * nanoseconds + status.st_mtim.tv_nsec);
    }
  }
  return out;
}

bool LeaseFollower::read(LeaseTable& out) {
  std::vector<std::string> texts;
  std::size_t size = 0;
  error_.clear();
  for (const auto& part : parts()) {
    std::error_code absent;
    const bool is_file = std::filesystem::is_regular_file(part, absent);
    if (!is_file && part != file_.file) continue;
    errno = 0;
    std::ifstream stream(part, std::ios::binary);
    if (!is_file || !stream) {
      error_ = fmt::format("{}: {}", part.string(),
                           errno != 0 ? std::strerror(errno)
                           : absent   ? absent.message()
                                      : "it is no file");
      return false;
    }
    size += std::filesystem::file_size(part, absent);
    if (absent || size > largest_file) {
      error_ = fmt::format("{}: larger than {} MiB", part.string(), largest_file >> 20U);
      return false;
    }
    texts.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  switch (file_.format) {
    case config::LeaseFile::Format::dnsmasq:
      out = read_dnsmasq_leases(views.front());
      break;
    case config::LeaseFile::Format::kea:
      out = read_kea_leases(views);
      break;
    case config::LeaseFile::Format::isc:
      out = read_isc_leases(views.front());
      break;
  }
  return true;
}

std::vector<model::TenancyEvent> LeaseFollower::look(Timestamp now, Moment moment) {
  const Signature found = signature();
  if (began_ && found == applied_) {
    restless_since_.reset();
    return {};
  }
  if (!restless_since_) restless_since_ = moment;
  const bool rested = found == seen_;
  seen_ = found;
  if (!rested && moment - *restless_since_ < longest_unrest) return {};
  LeaseTable fresh;
  const bool readable = read(fresh);
  if (!readable || signature() != found) return {};
  applied_ = found;
  began_ = true;
  restless_since_.reset();
  auto changes = lease_changes(table_, fresh, now);
  table_ = std::move(fresh);
  return changes;
}

}  // namespace edgewatch::runtime
