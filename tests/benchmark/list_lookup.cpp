// What lists of names cost, ours and as others would hold them, one a run: `bench-lists FORM NAMES`. Names of
// three and four labels are asked in no order, so that what is looked at is seldom in the caches; of each
// every suffix, the longest first. Prints JSON: nanoseconds a look-up where one in two is found and where
// none is, bytes a listed name, CPU seconds from the text of the list, and from the compiled file, to the
// first answer. `bench-lists text NAMES` writes the list itself.
#include "edgewatch/classify/name_index.hpp"
#include "edgewatch/config/list_edition.hpp"
#include "edgewatch/config/list_set_file.hpp"

#include "names.hpp"
#include "support/random.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>
#include <sqlite3.h>
#ifdef EDGEWATCH_BENCH_ABSL
#include <absl/container/flat_hash_set.h>
#include <absl/strings/string_view.h>
#endif

namespace {

using namespace edgewatch;

constexpr int rounds = 5;

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::string list_text(std::size_t names) {
  std::string out;
  for (std::size_t i = 0; i < names; ++i) out += benchmark::site(i) + '\n';
  return out;
}

/// Names of hosts of sites from `first` on, that many of them, in no order.
std::vector<net::HostName> questions(std::uint64_t first, std::uint64_t sites, std::size_t asked) {
  support::Random random(11);
  std::vector<net::HostName> out;
  out.reserve(asked);
  for (std::size_t i = 0; i < asked; ++i) {
    const std::uint64_t site = first + random.below(sites);
    out.push_back(
        net::HostName::from_dotted((i % 2 == 0 ? "www." : "img.eu-west.") + benchmark::site(site)).value());
  }
  return out;
}

/// Nanoseconds for each, the least of the rounds; throws where other names are found than should be.
template <class Find>
double time_of(const std::vector<net::HostName>& names, double share_found, Find find) {
  double least = 1e9;
  for (int round = 0; round < rounds; ++round) {
    std::size_t found = 0;
    const double began = cpu_seconds();
    for (const net::HostName& each : names) found += find(each) ? 1 : 0;
    least = std::min(least, (cpu_seconds() - began) * 1e9 / static_cast<double>(names.size()));
    const double share = static_cast<double>(found) / static_cast<double>(names.size());
    if (share < share_found - 0.05 || share > share_found + 0.05)
      throw std::runtime_error("names are missing");
  }
  return least;
}

struct Figures {
  double text_cpu = 0;
  double image_cpu = 0;
  double bytes = 0;
};

template <class Find>
void print(std::size_t names, const Figures& figures, Find find, std::size_t asked = 1000000) {
  const double half = time_of(questions(0, 2 * names, asked), 0.5, find);
  const double none = time_of(questions(names, names, asked), 0, find);
  fmt::print(
      "{{\"names\": {}, \"found_ns\": {:.1f}, \"missed_ns\": {:.1f}, \"bytes_a_name\": {:.2f}, "
      "\"text_cpu\": {:.3f}, \"image_cpu\": {:.4f}}}\n",
      names, half, none, figures.bytes / static_cast<double>(names), figures.text_cpu, figures.image_cpu);
}

/// As the daemon has it: the list is read, compiled into a file, and the file is mapped.
void measure_ours(std::size_t names) {
  // As `edgewatch lists` does.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  std::string text = list_text(names);
  const std::size_t size = text.size();
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("edgewatch-bench-{}", names);
  std::filesystem::create_directories(folder);
  const auto file = folder / "000001.set";
  Figures figures;
  double began = cpu_seconds();
  {
    auto list = config::parse_list({}, *config::unpack_list(std::move(text), {}, size)).value();
    list.sort();
    std::ofstream out(file, std::ios::binary);
    config::write_list_set({{{"list", model::Category("social"), 1}, &list}}, random_hash_key(),
                           [&](std::string_view piece) { out << piece; });
  }
  std::filesystem::permissions(file, std::filesystem::perms(0640));
  auto set = config::open_list_set(file);
  figures.text_cpu = cpu_seconds() - began;
  set.reset();
  began = cpu_seconds();
  set = config::open_list_set(file);
  figures.image_cpu = cpu_seconds() - began;
  figures.bytes = static_cast<double>(std::filesystem::file_size(file));
  print(names, figures, [&](const net::HostName& name) { return !set->match(name).empty(); });
  set.reset();
  std::filesystem::remove_all(folder);
}

/// The longest suffix that `holds` says is listed.
template <class Holds>
bool any_suffix(std::string_view name, Holds holds) {
  while (!holds(name)) {
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return false;
    name.remove_prefix(dot + 1);
  }
  return true;
}

#ifdef EDGEWATCH_BENCH_ABSL
void measure_absl(std::size_t names) {
  const std::string text = list_text(names);
  const auto used = [] {
    const auto now = mallinfo2();
    return static_cast<double>(now.uordblks + now.hblkhd);
  };
  const double before = used();
  Figures figures;
  const double began = cpu_seconds();
  absl::flat_hash_set<std::string> set;
  set.reserve(names);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    set.insert(text.substr(at, end - at));
    at = end + 1;
  }
  figures.text_cpu = cpu_seconds() - began;
  figures.bytes = used() - before;
  print(names, figures, [&](const net::HostName& name) {
    return any_suffix(name.text(), [&](std::string_view suffix) {
      return set.contains(absl::string_view(suffix.data(), suffix.size()));
    });
  });
}
#endif

/// As Pi-hole does: a table with an index, one prepared question a suffix.
void measure_sqlite(std::size_t names) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("edgewatch-bench-{}.db", names);
  std::filesystem::remove(file);
  const std::string text = list_text(names);
  sqlite3* opened = nullptr;
  sqlite3_open(file.c_str(), &opened);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db(opened, &sqlite3_close);
  const auto prepare = [&](const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db.get(), sql, -1, &statement, nullptr) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(db.get()));
    return std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>(statement, &sqlite3_finalize);
  };
  const auto run = [&](const char* sql) { sqlite3_exec(db.get(), sql, nullptr, nullptr, nullptr); };
  Figures figures;
  const double began = cpu_seconds();
  run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
      "CREATE TABLE gravity(domain TEXT NOT NULL, adlist_id INTEGER NOT NULL); BEGIN");
  {
    const auto insert = prepare("INSERT INTO gravity VALUES (?1, 1)");
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      sqlite3_bind_text(insert.get(), 1, &text[at], static_cast<int>(end - at), SQLITE_STATIC);
      sqlite3_step(insert.get());
      sqlite3_reset(insert.get());
      at = end + 1;
    }
  }
  run("COMMIT; CREATE INDEX idx_gravity ON gravity(domain, adlist_id)");
  figures.text_cpu = cpu_seconds() - began;
  figures.bytes = static_cast<double>(std::filesystem::file_size(file));
  const auto ask = prepare("SELECT EXISTS(SELECT domain FROM gravity WHERE domain = ?1)");
  constexpr std::size_t asked = 100000;
  print(
      names, figures,
      [&](const net::HostName& name) {
        return any_suffix(name.text(), [&](std::string_view suffix) {
          sqlite3_bind_text(ask.get(), 1, suffix.data(), static_cast<int>(suffix.size()), SQLITE_STATIC);
          const bool found = sqlite3_step(ask.get()) == SQLITE_ROW && sqlite3_column_int(ask.get(), 0) != 0;
          sqlite3_reset(ask.get());
          return found;
        });
      },
      asked);
  std::filesystem::remove(file);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string form = argc == 3 ? argv[1] : "";
  const std::size_t names = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 0;
  if (form == "text" && names != 0) {
    std::cout << list_text(names);
  } else if (form == "edgewatch" && names != 0) {
    measure_ours(names);
  } else if (form == "sqlite" && names != 0) {
    measure_sqlite(names);
#ifdef EDGEWATCH_BENCH_ABSL
  } else if (form == "absl" && names != 0) {
    measure_absl(names);
#endif
  } else {
    std::cerr << "usage: bench-lists text|edgewatch|sqlite|absl NAMES; absl is there where libabsl-dev was\n";
    return 64;
  }
  return 0;
}
