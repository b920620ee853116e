#include "edgewatch/config/list_sources.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/classify/catalogue.hpp"
#include "edgewatch/config/list_signature.hpp"

#include "readers.hpp"
#include "text_file.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

const std::vector<std::string> formats{"hosts", "domains", "adblock", "rpz", "ut1", "v2fly", "dnsmasq"};
constexpr std::string_view https = "https://";
constexpr std::string_view lower_letters = "abcdefghijklmnopqrstuvwxyz0123456789-";

std::filesystem::path located(const std::filesystem::path& file, const std::string& written) {
  return (std::filesystem::absolute(file).parent_path() / written).lexically_normal();
}

std::vector<net::HostName> read_names(TomlTable& table, std::string_view key) {
  std::vector<net::HostName> out;
  for (const auto& text : table.strings(key)) {
    if (auto name = net::HostName::from_user(text.value)) {
      out.push_back(std::move(*name));
    } else {
      table.problem(text.place, fmt::format("'{}' is not a host name", text.value),
                    "write the bare name, as photos.example");
    }
  }
  return out;
}

/// A word of small letters, digits and hyphens under that key.
std::string read_word(TomlTable& table, std::string_view key, std::string_view advice) {
  if (!table.require(key, advice)) return {};
  const auto word = table.string(key);
  if (!word) return {};
  if (word->value.empty() || word->value.find_first_not_of(lower_letters) != std::string::npos)
    table.problem(word->place, fmt::format("{} '{}' is not of small letters, digits and -", key, word->value),
                  "choose another");
  return word->value;
}

std::string read_url(TomlTable& table, std::string_view key) {
  const auto url = table.string(key);
  if (!url) return {};
  if (!url->value.starts_with(https) || url->value.size() == https.size())
    table.problem(url->place, fmt::format("'{}' is not an https URL", key),
                  "lists are fetched by https alone");
  return url->value;
}

void read_origin(TomlTable& table, const std::filesystem::path& file, ListSource& list) {
  if (const auto written = table.string("file"); written && !written->value.empty())
    list.file = located(file, written->value);
  list.url = read_url(table, "url");
  if (list.file.empty() == list.url.empty())
    table.problem_at(list.url.empty() ? "name" : "url", "a list comes from one place",
                     "give it a 'file' or a 'url'");
  list.digest_url = read_url(table, "digest");
  if (const auto digest = table.string("sha256")) {
    constexpr std::size_t digits = 64;
    list.sha256 = ascii_lower(digest->value);
    if (list.sha256.size() != digits ||
        list.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
      table.problem(digest->place, "'sha256' is not 64 hexadecimal digits", "as sha256sum prints it");
  }
  if (const auto key = table.string("public_key")) {
    list.public_key = key->value;
    if (!is_public_key(list.public_key))
      table.problem(key->place, "'public_key' is not one of minisign", "as minisign -G prints it, RW...");
  }
  list.signature_url = read_url(table, "signature");
  if (!list.signature_url.empty() && list.public_key.empty())
    table.problem_at("signature", "a signature says nothing where nobody knows whose it should be",
                     "give it a 'public_key'");
  if (const auto seconds = table.integer("timeout", 1, 3600))
    list.timeout = std::chrono::seconds(seconds->value);
}

void read_guards(TomlTable& table, ListGuards& guards) {
  constexpr double percent = 100;
  if (const auto n = table.integer("parse_rate", 1, 100))
    guards.least_parse_rate = static_cast<double>(n->value) / percent;
  if (const auto n = table.integer("change", 0, 1'000'000))
    guards.most_change = static_cast<double>(n->value) / percent;
  if (const auto n = table.integer("drift", 0, 1'000'000))
    guards.most_drift = static_cast<double>(n->value) / percent;
  if (const auto n = table.integer("fewest", 1, 100'000'000))
    guards.fewest = static_cast<std::size_t>(n->value);
  if (const auto n = table.integer("size_mib", 1, 1024))
    guards.most_bytes = static_cast<std::size_t>(n->value) << 20U;
}

ListSource read_list(TomlTable& table, const std::filesystem::path& file) {
  ListSource list;
  list.name = read_word(table, "name", "a list needs a name, as \"adult\"");
  list.category = model::Category(read_word(table, "category", "say what the names are, as \"adult\""));
  if (table.require("format", "say how the list is written, as \"domains\"")) {
    if (const auto word = table.word("format", formats))
      list.shape.format =
          static_cast<ListFormat>(std::find(formats.begin(), formats.end(), *word) - formats.begin());
  }
  list.shape.part = table.text("part");
  for (const auto& attribute : table.strings("attributes")) list.shape.attributes.push_back(attribute.value);
  if (!list.shape.attributes.empty() && list.shape.format != ListFormat::v2fly)
    table.problem_at("attributes", "only lists of format v2fly have attributes", "leave the key out");
  read_origin(table, file, list);
  if (const std::string& of = list.category.text();
      of == classify::doh_category || of == classify::vpn_category)
    list.guards.resolvers = Resolvers::may_be_listed;
  read_guards(table, list.guards);
  list.without = read_names(table, "without");
  table.finish();
  return list;
}

}  // namespace

ListSettings read_lists(const std::string& text, const std::filesystem::path& file, Problems& problems) {
  ListSettings out;
  const auto tree = parse_toml(text, file.string(), problems);
  if (!tree) return out;
  TomlTable root(*tree, file.string(), problems);
  if (const auto folder = root.string("folder")) out.folder = located(file, folder->value);
  if (const auto bundle = root.string("certificates")) out.certificates = located(file, bundle->value);
  const auto own = read_names(root, "protected");
  for (TomlTable& table : root.tables("list")) {
    ListSource list = read_list(table, file);
    list.guards.own = own;
    const bool again = std::any_of(out.lists.begin(), out.lists.end(),
                                   [&](const ListSource& other) { return other.name == list.name; });
    if (again && !list.name.empty())
      table.problem_at("name", fmt::format("list '{}' stands twice", list.name),
                       "give each a name of its own");
    out.lists.push_back(std::move(list));
  }
  if (out.lists.size() > classify::ListSet::most_lists)
    root.problem_at("list", fmt::format("more than {} lists", classify::ListSet::most_lists),
                    "leave some out");
  root.finish();
  return out;
}

Result<ListSettings, Problems> load_lists(const std::filesystem::path& file) {
  Problems problems;
  const auto text = read_text(file, problems);
  if (!text) return Failure{std::move(problems)};
  ListSettings out = read_lists(*text, file, problems);
  sort_by_place(problems, 0);
  if (!problems.empty()) return Failure{std::move(problems)};
  return out;
}

}  // namespace edgewatch::config
