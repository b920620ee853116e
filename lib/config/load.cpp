#include "edgewatch/config/list_set_file.hpp"
#include "edgewatch/config/list_sources.hpp"

#include "names.hpp"
#include "readers.hpp"
#include "text_file.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

/// Where the package puts the catalogue; used when none lies beside the configuration.
constexpr std::string_view installed_catalogue = "/usr/share/edgewatch/catalogue";

enum class Presence : std::uint8_t { required, optional };

/// The text of a file; empty where it is absent and may be.
std::optional<std::string> text_of(const std::filesystem::path& file, Presence presence, Problems& problems) {
  std::error_code error;
  if (presence == Presence::optional && !std::filesystem::exists(file, error)) return std::string();
  return read_text(file, problems);
}

Presence presence(bool optional) { return optional ? Presence::optional : Presence::required; }

model::Revision catalogue_revision(const std::vector<model::KeptRuleBook::CatalogueFile>& files) {
  std::vector<std::string> texts;
  texts.reserve(files.size());
  for (const auto& file : files) texts.push_back(file.text);
  return model::Revision(short_digest(texts));
}

struct Services {
  std::vector<classify::ServiceDefinition> list;
  std::vector<model::KeptRuleBook::CatalogueFile> files;
  bool known = true;
};

std::vector<std::filesystem::path> toml_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error) && entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Services load_services(const Settings& settings, Problems& problems) {
  Services out;
  std::error_code error;
  std::filesystem::path folder = settings.catalogue;
  if (settings.optional.catalogue && !std::filesystem::exists(folder, error)) folder = installed_catalogue;
  const auto files = toml_files(folder);
  if (files.empty() && !settings.optional.catalogue) {
    const bool there = std::filesystem::is_directory(folder, error);
    problems.push_back({folder.string(), 0, 0,
                        there ? "the catalogue folder holds no .toml file" : "no such catalogue folder",
                        "mend 'catalogue' in edgewatch.toml"});
    out.known = false;
  }
  for (const std::filesystem::path& file : files) {
    const std::size_t first = problems.size();
    if (auto text = read_text(file, problems)) {
      read_services(*text, file.string(), out.list, problems);
      out.files.push_back({file.string(), std::move(*text)});
    }
    // A file that cannot be read hides services; rules that speak of them would be called wrong without
    // cause.
    out.known = out.known && problems.size() == first;
    sort_by_place(problems, first);
  }
  return out;
}

/// What `edgewatch lists` made last of the lists that lists.toml names. A damaged set is no mistake of the
/// operator: the daemon goes on with an older one and says so.
std::vector<ListSource> load_list_set(Configuration& out, Problems& problems) {
  std::error_code error;
  if (!std::filesystem::exists(out.settings.lists, error)) return {};
  auto read = load_lists(out.settings.lists);
  if (!read) {
    problems.insert(problems.end(), read.error().begin(), read.error().end());
    return {};
  }
  if (read->lists.empty()) return {};
  out.list_sets = read->folder / list_set_folder;
  ListSetInForce in_force = list_set_in_force(out.list_sets);
  out.policies.lists = std::move(in_force.set);
  out.lists_trouble = std::move(in_force.trouble);
  return std::move(read).value().lists;
}

void load_files(Configuration& out, Problems& problems) {
  const Settings& settings = out.settings;
  People people;
  std::string people_text;
  std::size_t first = problems.size();
  if (auto text = text_of(settings.people, presence(settings.optional.people), problems)) {
    const bool absent = text->empty() && settings.optional.people;
    if (!absent) people = read_people(*text, settings.people.string(), settings.calendars, problems);
    people_text = std::move(*text);
  } else {
    people.known = false;
  }
  sort_by_place(problems, first);

  first = problems.size();
  load_names(names_file(settings), people, problems);
  sort_by_place(problems, first);

  first = problems.size();
  if (const auto text = text_of(settings.assignments, presence(settings.optional.assignments), problems)) {
    const bool absent = text->empty() && settings.optional.assignments;
    if (!absent) out.assignments = read_assignments(*text, settings.assignments.string(), people, problems);
  }
  sort_by_place(problems, first);

  if (settings.identity.computers) {
    first = problems.size();
    if (const auto text = text_of(*settings.identity.computers, Presence::required, problems))
      out.computers = read_computers(*text, settings.identity.computers->string(), problems);
    sort_by_place(problems, first);
  }

  first = problems.size();
  const std::vector<ListSource> lists = load_list_set(out, problems);
  const bool lists_known = problems.size() == first;
  Services services = load_services(settings, problems);
  Vocabulary vocabulary{people, {}, {}, services.known, services.known && lists_known};
  for (const ListSource& list : lists) vocabulary.categories.insert(list.category.text());
  for (const auto& service : services.list) {
    vocabulary.services.insert(service.id.text());
    vocabulary.categories.insert(service.category.text());
  }
  auto catalogue = classify::Catalogue::build(std::move(services.list), catalogue_revision(services.files));
  if (catalogue) {
    out.policies.catalogue = std::move(catalogue).value();
    out.catalogue_files = std::move(services.files);
  } else {
    first = problems.size();
    problems.insert(problems.end(), catalogue.error().begin(), catalogue.error().end());
    sort_by_place(problems, first);
  }

  first = problems.size();
  if (const auto text = text_of(settings.rules, presence(settings.optional.rules), problems)) {
    out.policies.rules = read_rules(*text, settings.rules.string(), vocabulary, problems);
    out.policies.rules.revision = model::Revision(short_digest({*text, people_text}));
    out.rules_text = *text;
  }
  sort_by_place(problems, first);
  out.people = std::move(people.list);
}

Result<Configuration, Problems> finish(Configuration configuration, Problems problems) {
  load_files(configuration, problems);
  if (!problems.empty()) return Failure{std::move(problems)};
  return configuration;
}

}  // namespace

Result<Configuration, Problems> load(const std::filesystem::path& file) {
  Problems problems;
  const auto text = read_text(file, problems);
  if (!text) return Failure{std::move(problems)};
  auto settings = read_settings(*text, file, problems);
  // A syntax error ends this file's list, and with it what is known of the other files' places.
  if (!settings) return Failure{std::move(problems)};
  Configuration configuration;
  configuration.settings = std::move(*settings);
  sort_by_place(problems, 0);
  return finish(std::move(configuration), std::move(problems));
}

Result<Configuration, Problems> reload(const Settings& settings) {
  Configuration configuration;
  configuration.settings = settings;
  return finish(std::move(configuration), {});
}

}  // namespace edgewatch::config
