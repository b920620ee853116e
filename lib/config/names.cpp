#include "names.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/config/csv.hpp"

#include "text_file.hpp"

#include <map>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

class NamesReader {
 public:
  NamesReader(const CsvTable& table, std::string file, People& people, Problems& problems)
      : table_(table), file_(std::move(file)), people_(people), problems_(problems) {
    for (const identity::Person& person : people.list) {
      claimed_.emplace(ascii_lower(person.id.text()), person.id.text());
      for (const std::string& account : person.accounts)
        claimed_.emplace(ascii_lower(account), person.id.text());
    }
  }

  void read() {
    for (std::size_t row = 0; row < table_.size(); ++row) {
      const CsvCell& cell = table_.cell(row, "person");
      const auto found = people_.by_id.find(cell.text);
      if (found != people_.by_id.end()) {
        name(row, people_.list[found->second]);
      } else if (people_.known) {
        problem(cell, fmt::format("unknown person '{}'", cell.text),
                "take the line out, or put the id into people.csv: who has no id there needs no name here");
      }
    }
  }

 private:
  void name(std::size_t row, identity::Person& person) {
    const CsvCell& cell = table_.cell(row, "person");
    const auto [first, is_new] = lines_.try_emplace(cell.text, cell.line);
    if (!is_new) {
      problem(cell, fmt::format("'{}' stands already on line {}", cell.text, first->second),
              "give everybody one line");
    } else if (!person.display_name.empty() || !person.accounts.empty()) {
      problem(cell, fmt::format("people.csv names '{}' too", cell.text),
              "take display_name and accounts out of people.csv: one file says who stands behind an id");
    } else {
      person.display_name = table_.cell(row, "display_name").text;
      for (const std::string_view part : split(table_.cell(row, "accounts").text, ';')) {
        if (const std::string_view bare = trim(part); !bare.empty()) claim(row, person, std::string(bare));
      }
    }
  }

  /// An account stands for one person only, however it is written.
  void claim(std::size_t row, identity::Person& person, const std::string& account) {
    const auto [other, is_new] = claimed_.try_emplace(ascii_lower(account), person.id.text());
    if (is_new || other->second == person.id.text()) {
      person.accounts.push_back(account);
    } else {
      problem(table_.cell(row, "accounts"), fmt::format("'{}' stands already for {}", account, other->second),
              "give every id and account to one person");
    }
  }

  void problem(const CsvCell& cell, std::string what, std::string advice) {
    problems_.push_back({file_, cell.line, cell.column, std::move(what), std::move(advice)});
  }

  const CsvTable& table_;
  const std::string file_;
  People& people_;
  Problems& problems_;
  std::map<std::string, std::string> claimed_;  ///< ids and accounts in lower case, and whose they are
  std::map<std::string, std::size_t> lines_;
};

}  // namespace

std::filesystem::path names_file(const Settings& settings) {
  return settings.people.parent_path() / "names.csv";
}

void load_names(const std::filesystem::path& file, People& people, Problems& problems) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) return;
  const auto text = read_text(file, problems);
  if (!text) return;
  const auto others = std::filesystem::perms::others_read | std::filesystem::perms::others_write;
  if ((status.permissions() & others) != std::filesystem::perms::none) {
    problems.push_back({file.string(), 0, 0, "everybody may read or change this file",
                        "take the rights of others away: chmod o-rwx, and chgrp edgewatch"});
  }
  read_names(*text, file.string(), people, problems);
}

void read_names(const std::string& text, const std::string& file, People& people, Problems& problems) {
  const CsvTable table(text, file, {"person", "display_name"}, {"accounts"});
  problems.insert(problems.end(), table.problems().begin(), table.problems().end());
  NamesReader(table, file, people, problems).read();
}

}  // namespace edgewatch::config
