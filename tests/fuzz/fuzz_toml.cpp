// An operator's files, whole: settings, services, rules, people, assignments, computers, lists and names. The
// first byte says which. Whatever stands in them, each mistake is said with its place, and nothing is thrown.
#include "edgewatch/base/text.hpp"

#include "laws.hpp"
#include "names.hpp"

#include <algorithm>
#include <string>

using namespace edgewatch;
using fuzz::law;

namespace {

/// A catalogue that is taken tells of each of its hosts what was written of it.
void check_catalogue(const std::vector<classify::ServiceDefinition>& services) {
  const auto catalogue = classify::Catalogue::build(services, model::Revision("r"));
  if (!catalogue) {
    law(!catalogue.error().empty(), "a refusal has a reason");
    return;
  }
  for (const classify::ServiceDefinition& service : services) {
    law(catalogue->find(service.id) != nullptr, "a service is found by its id");
    law(!service.record || classify::may_be_recorded(service.category), "nobody's private life is recorded");
    for (const classify::HostEntry& entry : service.hosts) {
      const auto found = catalogue->classify(entry.host);
      law(found && found->service == service.id && found->role == entry.role && found->matched == entry.host,
          "a host is its service's, in its role");
    }
  }
}

/// Two ids that people.csv has, one with an account.
void check_names(const std::string& text, Problems& problems) {
  config::People people = config::read_people(
      "person,display_name,department,groups,accounts\np17,,planning,,\np18,,housing,,desk18\n", "p", {},
      problems);
  law(problems.empty() && people.list.size() == 2, "the people are read");
  config::read_names(text, "f", people, problems);
  law(people.list.size() == 2, "a name makes nobody");
  for (const std::string& account : people.list[0].accounts)
    law(ascii_lower(account) != "desk18", "an account stands for one person");
}

void read(std::uint8_t which, const std::string& text, Problems& problems) {
  static const config::People nobody;
  switch (which % 8) {
    case 0:
      static_cast<void>(config::read_settings(text, "f", problems));
      break;
    case 1: {
      std::vector<classify::ServiceDefinition> services;
      config::read_services(text, "f", services, problems);
      check_catalogue(services);
      break;
    }
    case 2: {
      const config::Vocabulary known{nobody, {"video"}, config::contract_categories(), true, true};
      const policy::RuleBook book = config::read_rules(text, "f", known, problems);
      for (const auto& rule : book.rules)
        law(!rule.id.text().empty() || !problems.empty(), "a rule has an id");
      break;
    }
    case 3: {
      const config::People people = config::read_people(text, "f", {}, problems);
      for (const auto& person : people.list)
        law(people.find(person.id.text()) != nullptr, "who is listed is found");
      break;
    }
    case 4:
      static_cast<void>(config::read_assignments(text, "f", nobody, problems));
      break;
    case 5:
      static_cast<void>(config::read_computers(text, "f", problems));
      break;
    case 6:
      for (const config::ListSource& list : config::read_lists(text, "f", problems).lists)
        law(list.file.empty() || list.url.empty() || !problems.empty(), "a list comes from one place");
      break;
    default:
      check_names(text, problems);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const fuzz::Exact exact(Bytes(data + 1, size - 1));
  const std::string text(reinterpret_cast<const char*>(exact.bytes().data()), exact.bytes().size());
  Problems problems;
  read(data[0], text, problems);
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  for (const Problem& problem : problems) {
    law(!problem.what.empty(), "a problem says what it is");
    law(problem.line <= lines + 1, "a problem lies within the file");
  }
  Problems again;
  read(data[0], text, again);
  law(again == problems, "the same text has the same problems");
  return 0;
}
