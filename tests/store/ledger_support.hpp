// What the ledger's tests share: rows from a few words, a folder that goes away, and a stand-in for the one
// class that may make an authority. This program does not link `evidence`, so the stand-in is the only one in
// it; no other program can do the same without leaving the real one out.
#pragma once

#include "edgewatch/model/case.hpp"
#include "edgewatch/model/usage.hpp"
#include "edgewatch/store/ledger.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace edgewatch::evidence {

class Authorities {
 public:
  static model::CaseAuthority over(const std::string& person, const std::string& first,
                                   const std::string& last) {
    return {model::CaseReference("HR-1"), model::PersonId(person), {*parse_date(first), *parse_date(last)}};
  }
};

}  // namespace edgewatch::evidence

namespace edgewatch::store {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "edgewatch-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Names of the files that hold these bytes anywhere, as a raw search finds them.
  [[nodiscard]] std::vector<std::string> files_with(const std::string& bytes) const {
    std::vector<std::string> found;
    for (const auto& file : std::filesystem::directory_iterator(path_)) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string all((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
      if (all.find(bytes) != std::string::npos) found.push_back(file.path().filename().string());
    }
    return found;
  }

 private:
  std::filesystem::path path_;
};

inline Timestamp at(const std::string& text) { return parse_rfc3339(text).value(); }
inline UtcMinute minute(const std::string& text) { return parse_minute(text).value(); }
inline CivilDate date(const std::string& text) { return parse_date(text).value(); }
inline model::DateRange dates(const std::string& first, const std::string& last) {
  return {date(first), date(last)};
}
inline model::Subject person(const std::string& id) { return model::Subject::of_person(model::PersonId(id)); }
inline model::CaseAuthority authority(const std::string& who, const std::string& first = "2000-01-01",
                                      const std::string& last = "2099-12-31") {
  return evidence::Authorities::over(who, first, last);
}

inline model::UsageSlice slice(const std::string& who, const std::string& service, const std::string& when,
                               int seconds) {
  model::UsageSlice slice;
  slice.subject = model::Subject::parse(who);
  slice.service = model::ServiceId(service);
  slice.category = model::Category("social");
  slice.minute = minute(when);
  slice.grade = model::Grade::strong;
  slice.seconds = static_cast<std::uint8_t>(seconds);
  slice.lower_seconds = static_cast<std::uint8_t>(seconds / 2);
  slice.reasons = model::bit(model::Reason::led) | model::bit(model::Reason::cont);
  slice.weakest_name = model::NameEvidence::tls_server_name;
  slice.weakest_identity = model::IdentityGrade::b;
  slice.catalogue = model::Revision("c1");
  slice.rule_book = model::Revision("r1");
  slice.method = "1";
  return slice;
}

inline model::Case open_case(const std::string& reference, const std::string& who) {
  model::Case record;
  record.reference = model::CaseReference(reference);
  record.person = model::PersonId(who);
  record.grounds = "minutes reported by the line manager of " + who;
  record.period = dates("2026-11-01", "2026-11-20");
  record.authorised_by = "Head of Service";
  record.officer = "HR officer";
  record.opened_by_uid = 1001;
  record.opened_at = at("2026-11-20T09:00:00Z");
  return record;
}

/// All that tells one slice from another, for comparing.
inline auto all_of(const model::UsageSlice& s) {
  return std::tuple(s.subject.text(), s.service.text(), s.category.text(), s.purpose, s.minute, s.kind,
                    s.grade, int{s.seconds}, int{s.lower_seconds}, s.reasons, s.weakest_name,
                    s.weakest_identity, s.catalogue.text(), s.rule_book.text(), s.method, s.run, s.binding);
}

}  // namespace edgewatch::store
