#include "list_store.hpp"

#include "edgewatch/config/list_edition.hpp"

#include "atomic_file.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

constexpr const char* gone = "it is not there, or cannot be read";

using Json = nlohmann::ordered_json;
constexpr std::chrono::days baseline_age{30};

std::optional<std::string> text_of(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (error || !in) return std::nullopt;
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  if (static_cast<std::uintmax_t>(in.gcount()) != size) return std::nullopt;
  return text;
}

Result<config::ParsedList, std::string> read_kept(const std::filesystem::path& file) {
  const auto text = text_of(file);
  if (!text) return Failure{std::string(gone)};
  return config::read_edition(*text);
}

Timestamp time_of(const Json& value) {
  const auto at = parse_rfc3339(value.get<std::string>());
  if (!at) throw std::invalid_argument("not a time");
  return *at;
}

/// What `activate` and whoever counts on from the last edition rely on.
bool is_sound(const ListState& state) {
  constexpr unsigned beyond_all = 1'000'000'000;
  unsigned before = 0;
  for (const ListEdition& edition : state.editions) {
    if (edition.number <= before || edition.number > beyond_all) return false;
    before = edition.number;
  }
  return state.active == 0 || state.find(state.active) != nullptr;
}

Json json_of(const ListState& state) {
  Json out{{"active", state.active},
           {"etag", state.etag},
           {"last_modified", state.last_modified},
           {"shape", state.shape},
           {"outcome", state.outcome},
           {"errors", state.errors},
           {"parse_rate", state.lines.parse_rate},
           {"refused", state.lines.refused}};
  if (state.checked) out["checked"] = format_rfc3339(*state.checked);
  out["editions"] = Json::array();
  for (const ListEdition& edition : state.editions) {
    Json kept{{"number", edition.number},
              {"at", format_rfc3339(edition.at)},
              {"entries", edition.entries},
              {"source", edition.source},
              {"rolled_back", edition.rolled_back}};
    if (edition.lines) {
      kept["parse_rate"] = edition.lines->parse_rate;
      kept["refused"] = edition.lines->refused;
    }
    out["editions"].push_back(std::move(kept));
  }
  out["sizes"] = Json::array();
  for (const ListSize& size : state.sizes)
    out["sizes"].push_back({{"from", format_rfc3339(size.from)}, {"entries", size.entries}});
  return out;
}

LinesRead lines_of(const Json& json) {
  return {json.at("parse_rate").get<double>(), json.at("refused").get<std::map<std::string, std::size_t>>()};
}

ListState state_of(const Json& json) {
  ListState out;
  out.active = json.at("active").get<unsigned>();
  out.etag = json.at("etag").get<std::string>();
  out.last_modified = json.at("last_modified").get<std::string>();
  out.shape = json.at("shape").get<std::string>();
  out.outcome = json.at("outcome").get<std::string>();
  out.errors = json.at("errors").get<std::vector<std::string>>();
  out.lines = lines_of(json);
  if (json.contains("checked")) out.checked = time_of(json.at("checked"));
  for (const Json& edition : json.at("editions")) {
    out.editions.push_back(
        {edition.at("number").get<unsigned>(), time_of(edition.at("at")),
         edition.at("entries").get<std::size_t>(), edition.at("source").get<std::string>(),
         edition.at("rolled_back").get<bool>(),
         edition.contains("parse_rate") ? std::optional(lines_of(edition)) : std::nullopt});
  }
  for (const Json& size : json.at("sizes"))
    out.sizes.push_back({time_of(size.at("from")), size.at("entries").get<std::size_t>()});
  return out;
}

}  // namespace

std::string state_text(const ListState& state) {
  // What strangers wrote may be no UTF-8; an update does not end by it.
  return json_of(state).dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::optional<ListState> read_state(std::string_view text) {
  try {
    ListState out = state_of(Json::parse(text));
    if (is_sound(out)) return out;
  } catch (const std::exception&) {  // the library's words would quote the file
  }
  return std::nullopt;
}

const ListEdition* ListState::find(unsigned number) const {
  const auto found = std::find_if(editions.begin(), editions.end(),
                                  [number](const ListEdition& edition) { return edition.number == number; });
  return found == editions.end() ? nullptr : &*found;
}

unsigned before_active(const ListState& state) {
  unsigned out = 0;
  for (const ListEdition& edition : state.editions) {
    if (edition.number < state.active && !edition.rolled_back) out = edition.number;
  }
  return out;
}

std::optional<std::size_t> ListState::baseline(Timestamp now) const {
  if (sizes.empty()) return std::nullopt;
  const auto later = std::find_if(sizes.begin(), sizes.end(),
                                  [&](const ListSize& size) { return size.from > now - baseline_age; });
  return later == sizes.begin() ? sizes.front().entries : std::prev(later)->entries;
}

void ListState::activate(unsigned number, Timestamp now) {
  active = number;
  sizes.push_back({now, find(number)->entries});
  while (sizes.size() > 1 && sizes[1].from <= now - baseline_age) sizes.erase(sizes.begin());
  while (editions.size() > editions_kept) {
    editions.erase(std::find_if(editions.begin(), editions.end(),
                                [&](const ListEdition& edition) { return edition.number != active; }));
  }
}

Result<ListState, std::string> ListStore::load() const {
  const auto text = text_of(folder_ / "state.json");
  std::error_code error;
  if (!text && !std::filesystem::exists(folder_ / "state.json", error) && !error) return ListState{};
  if (!text) return Failure{std::string("what is kept of it cannot be read")};
  if (auto state = read_state(*text)) return std::move(*state);
  return Failure{
      fmt::format("{} is damaged; remove its folder to begin anew", (folder_ / "state.json").string())};
}

void ListStore::save(const ListState& state) const {
  std::filesystem::create_directories(folder_);
  write_atomically(folder_ / "state.json", state_text(state));
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(folder_, error)) {
    unsigned number = 0;
    const std::string name = file.path().filename();
    const auto end = std::from_chars(name.data(), name.data() + name.size(), number).ptr;
    const bool is_gone = std::string_view(end) == ".edition" && state.find(number) == nullptr;
    // Drafts are of processes that were killed: this one has none now.
    const bool is_draft = name.find(".edition.") != std::string::npos || name.starts_with("state.json.");
    if ((end != name.data() && is_gone) || is_draft) std::filesystem::remove(file.path(), error);
  }
}

std::filesystem::path ListStore::edition_file(unsigned number) const {
  return folder_ / fmt::format("{:06}.edition", number);
}

std::optional<std::string> ListStore::edition_damage(unsigned number) const {
  // Mapped and not read: going back is to take a second, and copying 200 MiB takes a third of it.
  const std::string file = edition_file(number);
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return gone;
  std::optional<std::string> damage = gone;
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && status.st_size > 0) {
    const auto size = static_cast<std::size_t>(status.st_size);
    void* text = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
    if (text != MAP_FAILED) {
      damage = config::edition_damage({static_cast<const char*>(text), size});
      ::munmap(text, size);
    }
  }
  ::close(descriptor);
  return damage;
}

Result<config::ParsedList, std::string> ListStore::edition(unsigned number) const {
  return read_kept(edition_file(number));
}

void ListStore::write_edition(unsigned number, const config::ParsedList& list) const {
  std::filesystem::create_directories(folder_);
  write_atomically(edition_file(number), config::edition_text(list));
}

ListStore::Lines ListStore::lines_of(unsigned number, const std::set<std::string, std::less<>>& names) const {
  Lines out;
  std::ifstream in(edition_file(number), std::ios::binary);
  for (std::string line; out.size() < names.size() && std::getline(in, line);) {
    if (const auto entry = config::listed_in_edition(line); entry && names.contains(entry->name))
      out.emplace(entry->name, entry->place.line);
  }
  return out;
}

Result<config::ParsedList, std::string> ListStore::refused() const {
  return read_kept(folder_ / "refused.edition");
}

void ListStore::write_refused(const config::ParsedList& list) const {
  std::filesystem::create_directories(folder_);
  write_atomically(folder_ / "refused.edition", config::edition_text(list));
}

void ListStore::forget_refused() const {
  std::error_code error;
  std::filesystem::remove(folder_ / "refused.edition", error);
}

}  // namespace edgewatch::runtime
