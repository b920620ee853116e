// An operator's files, whole: settings, services, rules, people, assignments and computers. The first byte
// says which. Whatever stands in them, each mistake is said with its place, and nothing is thrown.
#include "laws.hpp"
#include "readers.hpp"

#include <algorithm>
#include <string>

using namespace edgewatch;
using fuzz::law;

namespace {

void read(std::uint8_t which, const std::string& text, Problems& problems) {
  static const config::People nobody;
  switch (which % 6) {
    case 0:
      static_cast<void>(config::read_settings(text, "f", problems));
      break;
    case 1: {
      std::vector<classify::ServiceDefinition> services;
      config::read_services(text, "f", services, problems);
      for (const auto& service : services)
        law(!service.id.text().empty() || !problems.empty(), "a service has an id");
      break;
    }
    case 2: {
      const config::Vocabulary known{nobody, {"video"}, config::contract_categories(), true};
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
    default:
      static_cast<void>(config::read_computers(text, "f", problems));
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
