#include "edgewatch/evidence/backups.hpp"

#include "purge_files.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace edgewatch::evidence {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view draft = ".partial";
constexpr std::uintmax_t room_to_leave = std::uintmax_t{64} << 20U;

std::string name_of(Timestamp at) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", std::chrono::floor<std::chrono::seconds>(at));
}

/// The civil date that a name says; nothing for a folder that is none of ours.
std::optional<CivilDate> date_in(const std::string& name) {
  if (name.size() != 16 || name[8] != 'T' || name[15] != 'Z') return std::nullopt;
  const auto at =
      parse_rfc3339(fmt::format("{}-{}-{}T{}:{}:{}Z", name.substr(0, 4), name.substr(4, 2), name.substr(6, 2),
                                name.substr(9, 2), name.substr(11, 2), name.substr(13, 2)));
  return at ? std::optional(london_date(*at)) : std::nullopt;
}

std::uintmax_t bytes_in(const fs::path& file) {
  std::error_code gone;
  const std::uintmax_t bytes = fs::file_size(file, gone);
  return gone ? 0 : bytes;
}

}  // namespace

std::vector<std::string> Backups::names() const {
  std::vector<std::string> all;
  std::error_code none;
  if (folder_.empty()) return all;
  for (const auto& entry : fs::directory_iterator(folder_, none)) {
    const std::string name = entry.path().filename().string();
    if (date_in(name)) all.push_back(name);
  }
  std::sort(all.begin(), all.end());
  return all;
}

void Backups::remove_what_is_not_whole() const {
  std::error_code none;
  if (folder_.empty()) return;
  for (const auto& entry : fs::directory_iterator(folder_, none)) {
    if (entry.path().filename().string().ends_with(draft)) fs::remove_all(entry.path(), none);
  }
}

Result<std::string, Refusal> Backups::make(const store::Ledger& ledger, AuditLog& audit,
                                           const Officer& officer, Timestamp now) {
  if (auto refusal = refuse_role(audit, officer, Action::backup, now)) return Failure{*refusal};
  if (folder_.empty()) return Failure{Refusal{74, "a ledger in memory has no backup"}};
  std::error_code failed;
  fs::create_directories(folder_, failed);
  fs::permissions(folder_, fs::perms::owner_all, failed);
  remove_what_is_not_whole();
  const fs::path beside = folder_.parent_path();
  const std::uintmax_t needed = ledger.status().file_bytes + bytes_in(beside / "audit.db") + room_to_leave;
  const fs::space_info space = fs::space(folder_, failed);
  if (failed)
    return Failure{Refusal{74, fmt::format("{}: {}; make the folder, and let the daemon's user write there",
                                           folder_.string(), failed.message())}};
  if (space.available < needed) {
    return Failure{Refusal{74, fmt::format("{}: a backup and the space that is to stay free need {} MiB, and "
                                           "{} MiB are free; put another disk there, or free some space",
                                           folder_.string(), needed >> 20U, space.available >> 20U)}};
  }
  const std::string name = name_of(now);
  const fs::path whole = folder_ / name;
  if (fs::exists(whole)) return Failure{Refusal{75, "there is a backup of this second; try again"}};
  audit.append(officer, Action::backup, {}, Outcome::permitted, {}, now, name);
  const fs::path partial = folder_ / (name + std::string(draft));
  fs::create_directory(partial);
  fs::permissions(partial, fs::perms::owner_all);
  try {
    ledger.back_up(partial / "ledger.db");
    audit.store().back_up(partial / "audit.db");
    fs::rename(partial, whole);
  } catch (...) {
    fs::remove_all(partial, failed);
    throw;
  }
  const auto all = names();
  for (std::size_t i = 0; i + most < all.size(); ++i) fs::remove_all(folder_ / all[i], failed);
  return name;
}

Backups::Purged Backups::purge(CivilDate cutoff, const std::vector<model::Hold>& holds) {
  Purged out;
  remove_what_is_not_whole();
  for (const std::string& name : names()) {
    const fs::path folder = folder_ / name;
    std::error_code failed;
    if (*date_in(name) <= cutoff) {
      fs::remove_all(folder, failed);
      if (!failed) ++out.removed;
    } else {
      try {
        store::Ledger ledger(folder / "ledger.db");
        store::AuditStore audit(folder / "audit.db");
        if (!purge_files(ledger, audit, cutoff, holds).clean)
          out.trouble = fmt::format("backup {}: somebody reads it", name);
        ledger.purge_certified();
        // The certificate stands in another chain than the copy's, so the copy keeps count of what it lost:
        // put back, it verifies, and its first certificate names it.
        out.kept.push_back(name);
      } catch (const store::StoreError& error) {
        if (error.disk_is_full()) throw;
        out.trouble =
            fmt::format("backup {} cannot be purged, so it is to be removed: {}", name, error.what());
      }
    }
    if (failed) out.trouble = fmt::format("backup {} cannot be removed: {}", name, failed.message());
  }
  return out;
}

}  // namespace edgewatch::evidence
