// The part of the desk that explains a decision, step by step, as it would be read aloud: identity and rules,
// never use (ARCHITECTURE D5).
#include "edgewatch/base/text.hpp"
#include "edgewatch/classify/classify.hpp"
#include "edgewatch/config/list_set_file.hpp"
#include "edgewatch/config/rule_books.hpp"
#include "edgewatch/enforce/response_policy_zone.hpp"
#include "edgewatch/identity/explain.hpp"
#include "edgewatch/policy/clients.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "decision_words.hpp"
#include "desk.hpp"
#include "list_sets.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;

/// What was asked.
struct Question {
  std::optional<model::PersonId> person;
  std::optional<net::IpAddress> address;
  net::HostName name;
  Timestamp at;
  bool of_now = true;
  std::optional<model::PersonId> may_name;  ///< HR: the person of the case alone
};

/// Whose the use would be, and how that is known.
struct Holder {
  model::Attribution who;
  bool assumed = false;             ///< the person that was asked about, at no known address
  bool unread = false;              ///< of a network of which nothing is read
  bool withheld = false;            ///< somebody of whom nothing may be said
  std::set<model::PersonId> named;  ///< whoever the answer names finds in the audit that somebody asked
};

identity::Explanation standing_answer(const store::Ledger& ledger, const net::IpAddress& address,
                                      Timestamp at, const identity::Topology& topology) {
  std::vector<model::Binding> standing;
  for (const store::BindingRecord& record : ledger.holders(address, at)) {
    if (!record.superseded_at) standing.push_back(record.binding);
  }
  return identity::explain(address, at, standing, topology);
}

void say_holding(const store::Ledger& ledger, const net::IpAddress& address, Timestamp at,
                 const std::optional<model::PersonId>& may_name, Holder& holder, Steps& steps) {
  for (const store::BindingRecord& record : ledger.holders(address, at)) {
    const model::Binding& binding = record.binding;
    if (record.superseded_at || !binding.valid.contains(at)) continue;
    const bool of_device = binding.layer == model::Binding::Layer::address_to_device;
    const bool of_person = !of_device && !binding.value.empty();
    const bool shown = of_device || (of_person && (!may_name || binding.value == may_name->text()));
    if (of_person && shown) holder.named.insert(model::PersonId(binding.value));
    steps.say("identity",
              fmt::format("{}: {}{}, since {}", binding.key, identity::in_words(binding),
                          shown ? " (" + binding.value + ")" : "", second_or_open(binding.valid.from)));
  }
}

/// The people whom the configuration says are not to be watched.
bool is_unwatched(const config::Configuration& configuration, const model::PersonId& id) {
  return std::ranges::any_of(configuration.people, [&](const identity::Person& person) {
    return person.id == id && person.not_monitored();
  });
}

/// Why no sensor, gateway or mirror judges what an address asks for; nothing where they do.
std::optional<std::string> why_unread(const config::Settings& settings, const net::IpAddress& address) {
  if (net::contains(settings.exclude, address))
    return fmt::format("{}: this network is excluded (exclude): nothing of it is read, and no rule is asked",
                       address.to_string());
  if (!net::contains(settings.inside, address))
    return fmt::format(
        "{} is of none of the council's networks (inside): nothing of it is read, and no rule "
        "is asked",
        address.to_string());
  return std::nullopt;
}

Holder find_holder(const store::Ledger& ledger, const config::Configuration& configuration,
                   const Question& question, Steps& steps) {
  Holder out;
  std::optional<net::IpAddress> address = question.address;
  if (!address) {
    auto all = ledger.addresses_of(*question.person, question.at);
    std::ranges::stable_partition(
        all, [&](const net::IpAddress& each) { return !why_unread(configuration.settings, each); });
    if (!all.empty()) address = all.front();
    if (all.size() > 1) {
      std::string others;
      for (std::size_t i = 1; i < all.size(); ++i) others += " " + all[i].to_string();
      steps.say("identity", fmt::format("{} was at several addresses; this is about {}, and --address asks "
                                        "about another:{}",
                                        question.person->text(), address->to_string(), others));
    }
  }
  if (!address) {
    out.assumed = true;
    out.who.person = question.person;
    steps.say("identity", fmt::format("nobody knows at which machine {} was; what follows is what holds for "
                                      "them wherever they are",
                                      question.person->text()));
    return out;
  }
  if (const auto why = why_unread(configuration.settings, *address)) {
    out.unread = true;
    steps.say("identity", *why);
    steps.say("enforcement",
              "a resolver that has a zone made of the rules refuses the names in it to whoever "
              "asks it, to this address too");
    return out;
  }
  const identity::Explanation found =
      standing_answer(ledger, *address, question.at, configuration.settings.topology);
  out.who = found.attribution;
  const bool hidden = question.may_name && out.who.person && *out.who.person != *question.may_name;
  const bool unwatched =
      out.who.not_monitored || (out.who.person && is_unwatched(configuration, *out.who.person));
  out.withheld = hidden || unwatched;
  if (out.withheld) {
    steps.say("identity", fmt::format("{} was {}: nothing more is said of it", address->to_string(),
                                      hidden ? "another person's, who is not named in this case"
                                             : "of somebody who is not watched"));
    out.who = {};
    return out;
  }
  say_holding(ledger, *address, question.at, question.may_name, out, steps);
  if (out.who.person) out.named.insert(*out.who.person);
  steps.say("identity",
            fmt::format("{} at {}: {}", address->to_string(), second_or_open(question.at), found.sentence));
  if (question.person && out.who.person != question.person) {
    steps.say("identity", fmt::format("so it is not taken for {}'s; what follows is what holds there",
                                      question.person->text()));
  }
  return out;
}

using Kept = std::optional<model::KeptRuleBook>;

/// The catalogue of the moment where it is kept, else that of today.
classify::Catalogue catalogue_of(const config::Configuration& configuration, const Question& question,
                                 const Kept& kept, Steps& steps) {
  const classify::Catalogue& today = configuration.policies.catalogue;
  if (!kept && !question.of_now) {
    steps.say("catalogue",
              fmt::format("which one was in force at {} is not kept: the name is looked up in the one of "
                          "today, {}",
                          second_or_open(question.at), today.revision().text()));
  }
  if (!kept || kept->catalogue == today.revision()) return today;
  if (auto then = config::read_kept_catalogue(*kept)) {
    steps.say("catalogue", fmt::format("the one of then is asked, {}", kept->catalogue.text()));
    return std::move(then).value();
  }
  steps.say("catalogue",
            fmt::format("{} was in force then and is not kept, or cannot be read any more: the name is "
                        "looked up in the one of today, {}",
                        kept->catalogue.text(), today.revision().text()));
  return today;
}

/// The lists of the moment where they are kept, else those of today.
std::shared_ptr<const classify::ListSet> lists_of(const config::Configuration& configuration,
                                                  const Question& question, const Kept& kept, Steps& steps) {
  const config::Policies& today = configuration.policies;
  if (!kept && !question.of_now) {
    steps.say("lists",
              fmt::format("which ones were in force at {} is not kept: the name is looked up in those of "
                          "today, {}",
                          second_or_open(question.at),
                          today.lists->revision().empty() ? "none" : today.lists->revision().text()));
  }
  std::shared_ptr<const classify::ListSet> lists = today.lists;
  if (kept && kept->lists != today.lists->revision()) {
    const auto then = kept->lists.empty() ? std::make_shared<const classify::ListSet>()
                                          : config::find_list_set(configuration.list_sets, kept->lists);
    steps.say("lists", then ? fmt::format("the lists of then are asked, {}",
                                          kept->lists.empty() ? "none" : kept->lists.text())
                            : fmt::format("{} were in force then and are not kept: the name is looked up in "
                                          "those of today",
                                          kept->lists.text()));
    if (then) lists = then;
  }
  return lists;
}

/// The rule book of the moment, and what is said of which one it is.
policy::RuleBook book_of(const store::Ledger& ledger, const config::Configuration& configuration,
                         const Question& question, const Kept& kept, Steps& steps) {
  const policy::RuleBook& today = configuration.policies.rules;
  const std::string file = configuration.settings.rules.string();
  if (question.of_now) {
    steps.say("rule book", fmt::format("{}, in force since {}", today.revision.text(),
                                       kept ? second_or_open(kept->from) : "-"));
    return today;
  }
  if (!kept) {
    steps.say("rule book",
              fmt::format("which one was in force at {} is not kept: what follows is by the one of "
                          "today, {}, and may not have held then",
                          second_or_open(question.at), today.revision.text()));
    return today;
  }
  auto then = config::read_kept(*kept, file);
  if (!then) {
    steps.say("rule book",
              fmt::format("{} was in force since {}, and cannot be read any more: what follows is "
                          "by the one of today, {}, and may not have held then",
                          kept->revision.text(), second_or_open(kept->from), today.revision.text()));
    return today;
  }
  policy::RuleBook book = config::with_register(std::move(then).value(),
                                                config::as_known_at(ledger.read_register(), question.at));
  steps.say("rule book",
            fmt::format("{}, as it was in force at {}; the file was read at {}", book.revision.text(),
                        second_or_open(question.at), second_or_open(kept->from)));
  return book;
}

constexpr const char* refuses_canary =
    "the name (NXDOMAIN) to everybody, for by it programs ask whether they may go round the resolver";
bool is_canary(const net::HostName& name) {
  return std::ranges::any_of(enforce::canaries(),
                             [&](const net::HostName& canary) { return name.is_at_or_below(canary); });
}

/// What the zones that are kept do, which say to each client what the decision says.
void say_kept_zones(const std::filesystem::path& folder, const Question& question, const Holder& holder,
                    const model::Decision& decision, Steps& steps) {
  if (!question.of_now) {
    steps.say("enforcement", fmt::format("zones are kept in {}; what was in them then is not known any more",
                                         folder.string()));
    return;
  }
  const bool canary = is_canary(question.name);
  const bool refused = canary || decision.verdict == model::Verdict::block;
  steps.say(
      "enforcement",
      fmt::format("the zones kept in {} {}; whether a resolver has read them `status` says", folder.string(),
                  canary    ? fmt::format("refuse {}", refuses_canary)
                  : refused ? "refuse the name (NXDOMAIN) to this client"
                            : "do not refuse the name to this client"));
  if (refused && !canary && !enforce::can_stand_in_zone(question.name))
    steps.say(
        "enforcement",
        "but such a name can itself stand in no zone (it is too long, or would be read as addresses): it is "
        "refused only where one above it is");
  if (holder.assumed)
    steps.say("enforcement",
              "but what is for one person or group holds where an address is known to be theirs");
}

/// What the zone that is exported does, which is for everybody.
void say_exported_zone(const net::HostName& name, const model::Decision& decision,
                       const model::Decision& for_everybody, Steps& steps) {
  using model::Verdict;
  const bool in_zone = for_everybody.verdict == Verdict::block;
  std::string zone;
  if (is_canary(name)) {
    zone = fmt::format("refuses {}", refuses_canary);
  } else if (in_zone && decision.verdict == Verdict::block) {
    zone = "refuses the name (NXDOMAIN) to everybody who asks a resolver that has it";
  } else if (in_zone) {
    zone =
        "refuses the name (NXDOMAIN) to everybody, for one zone cannot tell people apart: where a resolver "
        "has it, this is refused though the rules allow it";
  } else if (decision.verdict == Verdict::block) {
    zone =
        "does not have the name: it is for everybody and from the catalogue; a block for some, or by a "
        "published list, is in zones that are kept ([enforcement] zones), and none are";
  } else {
    zone = "does not have the name";
  }
  steps.say(
      "enforcement",
      fmt::format("the zone of `edgewatch export rpz`, as exported at that time, {}; whether a resolver "
                  "has it edgewatch does not know",
                  zone));
}

void say_enforcement(const config::Configuration& configuration, const model::Decision& decision,
                     Steps& steps) {
  const std::string& mode = configuration.settings.enforcement_mode;
  const bool gateway = mode == "gateway";
  const bool mirror = mode == "mirror";
  const bool blocks = decision.verdict == model::Verdict::block;
  steps.say(
      "enforcement",
      fmt::format(
          "mode {}: {}; {}", mode,
          gateway ? "what goes through this machine is held back by the gateway"
          : mirror
              ? "what the mirror port shows is answered with resets and DNS answers, which may come too late"
              : "edgewatch itself holds nothing back",
          !blocks ? "it would let this through in any mode"
          : gateway
              ? "a connection by this name, or a DNS question for it, is rejected and counted as an attempt"
          : mirror
              ? "a TCP connection by this name is reset, a DNS question for it answered, and each counted as "
                "an attempt; over QUIC it goes through"
              : "a connection by this name is counted as an attempt"));
}

std::string in_full(const Question& question) {
  return fmt::format(
      "{} for{}{} at {}", question.name.text(), question.person ? " " + question.person->text() : "",
      question.address ? " address " + question.address->to_string() : "", second_or_open(question.at));
}

}  // namespace

Response Desk::why(const Officer& officer, const Request& request) {
  Question question;
  if (const std::string id = option(request, "person"); !id.empty()) question.person = model::PersonId(id);
  if (const std::string text = option(request, "address"); !text.empty()) {
    question.address = net::IpAddress::parse(text);
    if (!question.address)
      return refuse(officer, Action::why, request, "--address is an IP address, as 10.20.1.17");
  }
  if (!question.person && !question.address)
    return refuse(officer, Action::why, request, "say of whom: --person ID or --address ADDRESS");
  const auto name = net::HostName::from_user(option(request, "name"));
  if (!name)
    return refuse(officer, Action::why, request, "--name is a host name, without a scheme or a path");
  question.name = *name;
  const Timestamp now = wall_clock();
  const auto at = option(request, "at").empty() ? std::optional(now) : parse_rfc3339(option(request, "at"));
  if (!at)
    return refuse(officer, Action::why, request, "--at is a time in RFC 3339, as 2026-11-17T10:05:00Z");
  question.at = *at;
  question.of_now = *at >= now;
  if (!parse_row_format(option(request, "format", "table")))
    return refuse(officer, Action::why, request, "--format is table, csv or json");
  const config::Configuration& configuration = *configuration_;
  if (evidence::permission(officer.role, Action::why) == evidence::Permission::in_case) {
    auto person =
        case_person(officer, model::CaseReference(option(request, "case")), london_date(*at), Action::why);
    if (!person) return refused(person.error());
    question.may_name = std::move(person).value();
    if (question.person && question.person != question.may_name)
      return refuse(officer, Action::why, request, "that case is not about this person");
  } else if (question.person && std::ranges::find(configuration.people, *question.person,
                                                  &identity::Person::id) == configuration.people.end()) {
    return refuse(officer, Action::why, request, "people.csv has no such person");
  }

  Steps steps;
  const bool unwatched = question.person && is_unwatched(configuration, *question.person);
  Holder holder;
  if (unwatched) {
    steps.say("identity", "this person is not watched: no name of theirs is read, and no rule is asked");
  } else {
    holder = find_holder(ledger_, configuration, question, steps);
  }
  if (!unwatched && !holder.unread && !holder.withheld) {
    const Kept kept = ledger_.rule_book_at(question.at);
    const classify::Catalogue catalogue = catalogue_of(configuration, question, kept, steps);
    const auto lists = lists_of(configuration, question, kept, steps);
    auto found = classify::classify(catalogue, *lists, question.name);
    if (found) look_up_lines(configuration.list_sets, *lists, {&*found});
    const model::Classification* listed = found ? &*found : nullptr;
    say_name(question.name, listed, catalogue.revision(), steps);
    const policy::RuleBook book = book_of(ledger_, configuration, question, kept, steps);
    const policy::Explanation told = policy::explain(book, holder.who, listed, question.name, question.at);
    say_considered(book, told, holder.assumed, question.at, steps);
    say_decision(book, told, steps);
    say_enforcement(configuration, told.decision, steps);
    if (const auto& folder = configuration.settings.zones.folder; !folder.empty()) {
      say_kept_zones(folder, question, holder, told.decision, steps);
    } else {
      // It knows neither clients nor published lists.
      const model::Attribution everybody = policy::Clients(book, question.at).somebody();
      say_exported_zone(
          question.name, told.decision,
          policy::decide(book, everybody, catalogue.classify(question.name), question.name, question.at),
          steps);
    }
  }
  if (question.person) holder.named.insert(*question.person);
  std::vector<std::optional<model::PersonId>> asked_of(holder.named.begin(), holder.named.end());
  if (asked_of.empty()) asked_of.emplace_back();
  const model::CaseReference reference(question.may_name ? option(request, "case") : std::string());
  for (const std::optional<model::PersonId>& person : asked_of) {
    audit_.append(officer, Action::why, reference, evidence::Outcome::permitted,
                  {person, std::nullopt, in_full(question), {}}, now);
  }
  return in_rows(steps.rows(), request, "");
}

}  // namespace edgewatch::runtime
