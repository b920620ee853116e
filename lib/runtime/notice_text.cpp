#include "notice_text.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace edgewatch::runtime {
namespace {

using config::Configuration;
using config::Settings;
using report::Section;

std::string or_else(const std::string& text, const char* otherwise) {
  return text.empty() ? otherwise : text;
}

std::string years(int count) { return count == 1 ? "one year" : fmt::format("{} years", count); }

std::string networks(const net::NetworkSet& set) {
  std::vector<std::string> texts;
  for (const net::Network& network : set) texts.push_back(network.to_string());
  return texts.empty() ? "none" : fmt::format("{}", fmt::join(texts, ", "));
}

/// As a reader looks for a name: iFunny stands beside Imgur.
struct AsInADictionary {
  bool operator()(const std::string& a, const std::string& b) const {
    return std::pair(ascii_lower(a), a) < std::pair(ascii_lower(b), b);
  }
};

/// Names of the services of each category that are kept as somebody's use.
std::map<std::string, std::set<std::string, AsInADictionary>> recorded(const Configuration& configuration) {
  std::map<std::string, std::set<std::string, AsInADictionary>> out;
  for (const auto& service : configuration.policies.catalogue.services()) {
    std::string kind = service.category.text();  // `streaming-audio`
    std::ranges::replace(kind, '-', ' ');
    if (service.record) out[std::move(kind)].insert(service.name);
  }
  return out;
}

report::Table services_table(const Configuration& configuration) {
  report::Table table{.caption = "Services of which time is recorded",
                      .columns = {{"Kind"}, {"Services"}},
                      .rows = {},
                      .total = {}};
  for (const auto& [category, names] : recorded(configuration))
    table.rows.push_back({category, fmt::format("{}", fmt::join(names, ", "))});
  return table;
}

/// How it is known whose device it is, as far as the configuration says.
std::vector<std::string> identity_sources(const Settings& settings) {
  std::vector<std::string> out{"the council's list of devices and whose they are"};
  if (!settings.identity.lease_files.empty() || !settings.trust.dhcp_servers.empty())
    out.emplace_back("the servers that give devices their addresses (DHCP)");
  if (!settings.radius_clients.empty() || settings.identity.radius_listen)
    out.emplace_back("who logged on to the network (802.1X, RADIUS)");
  if (!settings.identity.syslog_listeners.empty())
    out.emplace_back("who logged on to which computer, and when its screen was locked (Windows)");
  if (!settings.trust.kerberos_servers.empty()) out.emplace_back("who logged on to the domain (Kerberos)");
  return out;
}

std::string enforcement(const Settings& settings) {
  if (settings.enforcement_mode == "gateway")
    return "Traffic passes through the system, and what a rule blocks is refused on its way.";
  if (settings.enforcement_mode == "mirror")
    return "The system sees a copy of the traffic, and answers what a rule blocks with a refusal.";
  return settings.zones.folder.empty() ? "The system blocks nothing itself."
                                       : "What a rule blocks is refused by the council's name server; the "
                                         "system itself blocks nothing.";
}

struct Blocking {
  std::size_t inappropriate = 0;
  std::size_t others = 0;
};
Blocking blocking(const Configuration& configuration) {
  Blocking out;
  for (const policy::Rule& rule : configuration.policies.rules.rules) {
    if (rule.action != model::Verdict::block) continue;
    ++(rule.rule_class == model::RuleClass::inappropriate ? out.inappropriate : out.others);
  }
  return out;
}

Section what_is_recorded(const Configuration& configuration) {
  return {
      .heading = "What is recorded",
      .paragraphs =
          {"Of the services listed below, and of no others: which service was used from your device, in "
           "which minute, and for "
           "how many seconds as far as that can be told from the network. It is an estimate with a lower "
           "figure; it cannot see "
           "whether anybody was looking.",
           fmt::format(
               "How it is known that it was your device: from {}. Where that is in doubt, it is nobody's.",
               fmt::join(identity_sources(configuration.settings), "; "))},
      .tables = {services_table(configuration)}};
}

Section what_is_not_recorded(const Configuration& configuration) {
  Section out{.heading = "What is never recorded",
              .paragraphs = {"No content: no message, no page, no picture, no password, no search. Encrypted "
                             "traffic is not decrypted. No "
                             "address of a page, and no visit to a site that is not listed above.",
                             "Use that was authorised as your work is told apart and not counted. No "
                             "programme decides about you, ranks you or blocks you "
                             "because of time."},
              .tables = {}};
  if (!configuration.settings.exclude.empty())
    out.paragraphs.push_back(fmt::format("Parts of the network that are not looked at: {}.",
                                         networks(configuration.settings.exclude)));
  return out;
}

Section what_is_blocked(const Configuration& configuration) {
  const Blocking rules = blocking(configuration);
  Section out{
      .heading = "What is blocked", .paragraphs = {enforcement(configuration.settings)}, .tables = {}};
  if (rules.others + rules.inappropriate == 0) {
    out.paragraphs.emplace_back("No rule blocks anything at present.");
    return out;
  }
  if (rules.others > 0)
    out.paragraphs.emplace_back(
        "Attempts that a rule of policy or security held back are counted without a person.");
  if (rules.inappropriate > 0)
    out.paragraphs.emplace_back(
        "Attempts that a rule against inappropriate material held back are counted with the person, never "
        "with what was tried. Where it was only a question for an address, which another machine may have "
        "asked in that one's name, every answer about the person says so.");
  if (rules.inappropriate > 0 && configuration.settings.events.name_people)
    out.paragraphs.emplace_back(
        "Those attempts are also given, with the person, to the council's security monitoring as they "
        "happen. "
        "What is kept there is not deleted by this system.");
  return out;
}

Section who_sees_it(const Settings& settings) {
  std::vector<std::string> said{
      "Nobody looks at your use by default. HR may, in a case that names you and the days, opened on stated "
      "grounds and authorised by a "
      "named person; each look ends after 24 hours unless it is renewed, and each is on record. HR may hand "
      "what it finds to "
      "investigators, managers and witnesses of that case, and to the police where a crime is considered.",
      "The ICT service sees rules and which device an address belonged to, and never your use. The auditor "
      "(data protection officer) "
      "sees that somebody looked. Figures about the council as a whole name nobody and are of ten people at "
      "least.",
      settings.covert_cases ? "You are told of a case about you. In exceptional circumstances you may not be "
                              "told while it lasts: that needs a second "
                              "person's approval, is reviewed, and ends by itself within 90 days."
                            : "You are told of a case about you, or it is written down why not yet and when "
                              "that is looked at again. Covert cases are switched off."};
  if (settings.roles_combined)
    said.emplace_back("In this council one person holds several of these duties; every report says so.");
  return {.heading = "Who sees it, and when", .paragraphs = std::move(said), .tables = {}};
}

Section how_long(const Settings& settings) {
  return {
      .heading = "How long it is kept",
      .paragraphs = {fmt::format("{}, to the day; then it is deleted, in backups too, and a certificate says "
                                 "so. A case is kept for {} after it was closed. "
                                 "Only a written order for a case, a request of yours or a claim keeps "
                                 "records of named days for longer, until a stated date.",
                                 settings.retention_years == 1 ? "One year" : years(settings.retention_years),
                                 years(settings.retention_years))},
      .tables = {}};
}

Section rights() {
  return {.heading = "Your rights",
          .paragraphs = {"You may ask what is held about you and who looked at it, and are given all of it. "
                         "You may challenge what a report says: it stands in every "
                         "later one. You may have what is wrong put right, object, and ask for deletion or "
                         "restriction. You may complain to the Information "
                         "Commissioner: ico.org.uk."},
          .tables = {}};
}

report::Table settings_table(const Configuration& configuration) {
  const Settings& s = configuration.settings;
  const Blocking rules = blocking(configuration);
  std::vector<std::string> lists;
  for (const auto& list : configuration.policies.lists->lists()) lists.push_back(list.name);
  const auto yes = [](bool on) { return std::string(on ? "yes" : "no"); };
  return {
      .caption = "As the configuration in force says",
      .columns = {{"What"}, {"Setting"}},
      .rows = {{"Networks whose devices are clients", networks(s.inside)},
               {"Networks that are counted and dropped before names are read", networks(s.exclude)},
               {"Interfaces that are watched",
                s.capture.interfaces.empty() ? "none"
                                             : fmt::format("{}", fmt::join(s.capture.interfaces, ", "))},
               {"Identity sources", fmt::format("{}", fmt::join(identity_sources(s), "; "))},
               {"Enforcement", s.enforcement_mode},
               {"Resolver zones are kept", yes(!s.zones.folder.empty())},
               {"Rules that block: inappropriate; policy and security",
                fmt::format("{}; {}", rules.inappropriate, rules.others)},
               {"Published lists in use", lists.empty() ? "none" : fmt::format("{}", fmt::join(lists, ", "))},
               {"Retention", years(s.retention_years)},
               {"Who was blocked from inappropriate material is given to others as it happens",
                yes(s.events.name_people)},
               {"Covert cases are possible", yes(s.covert_cases)},
               {"One person may hold several roles", yes(s.roles_combined)},
               {"Ledger", s.ledger.string()}},
      .total = {}};
}

report::Table risks_table() {
  return {.caption = "Risks to staff, and what the product does about each",
          .columns = {{"Risk"}, {"Measure"}},
          .rows = {{"Somebody is accused of use that was not theirs",
                    "Doubt about whose device it was makes it nobody's; identity and activity are graded; "
                    "lower figure and best estimate; late evidence only takes away"},
                   {"Use that meant nothing is counted",
                    "Background, embedded, pushed and advertised content is told apart and not counted"},
                   {"Somebody looks without a reason",
                    "No answer without an open case that names person and days; unlocks end after 24 hours; "
                    "a signed-off chain of every question, refused ones too"},
                   {"More is collected than is needed",
                    "Only listed services; no content, no pages, no other sites; excluded networks are "
                    "dropped before names are read"},
                   {"It is kept for too long",
                    "Deletion daily with certificates, backups included; holds are scoped, approved and end "
                    "by themselves"},
                   {"Decisions by machine",
                    "No verdict, no ranking of named people, no blocking because of time"},
                   {"Statistics tell of individuals",
                    "Ten people at least, whole months once, complementary suppression"},
                   {"Staff do not know",
                    "This product prints the monitoring notice from the configuration in force and says when "
                    "it has to be issued again"}},
          .total = {}};
}

std::multiset<std::string> set_of(const std::string& text) {
  std::multiset<std::string> out;
  for (const std::string_view line : split(text, '\n')) {
    if (!line.empty()) out.emplace(line);
  }
  return out;
}

}  // namespace

report::Document notice_of(const Configuration& configuration) {
  const Settings::Governance& governance = configuration.settings.governance;
  report::Document out;
  out.title = "Monitoring of internet use: notice to staff";
  out.facts = {{"Who is responsible", or_else(governance.controller, "the council")},
               {"What for",
                or_else(governance.purpose, "not yet written into the configuration (governance.purpose)")},
               {"More", or_else(governance.notice, "ask the data protection officer")}};
  out.headline =
      "The council's network records how long listed services, such as social media, are used from its "
      "devices. It records no content and no "
      "other sites, and nobody looks at your use without a case.";
  out.sections = {what_is_recorded(configuration),  what_is_not_recorded(configuration),
                  what_is_blocked(configuration),   who_sees_it(configuration.settings),
                  how_long(configuration.settings), rights()};
  return out;
}

report::Document dpia_of(const Configuration& configuration) {
  const Settings::Governance& governance = configuration.settings.governance;
  report::Document out;
  out.title = "Processing description for the data protection impact assessment";
  out.facts = {{"Controller", or_else(governance.controller, "not written into the configuration")},
               {"Purpose", or_else(governance.purpose, "not written into the configuration")},
               {"Assessment", or_else(governance.dpia_reference, "no reference in the configuration")},
               {"Notice to staff", or_else(governance.notice, "no address in the configuration")}};
  Section processing{.heading = "The processing",
                     .paragraphs = {"Drawn up from the configuration in force; the assessment itself, of "
                                    "necessity and proportion, is the council's.",
                                    "What is recorded, never recorded and blocked, who sees it and how long "
                                    "it is kept stand below in the words of the notice to staff."},
                     .tables = {settings_table(configuration)}};
  Section law{
      .heading = "What binds it",
      .paragraphs = {"Interception on the council's own system: Investigatory Powers Act 2016, section 46, "
                     "and the Investigatory Powers (Interception by Businesses etc. "
                     "for Monitoring and Record-keeping Purposes) Regulations 2018 (SI 2018/356): a purpose "
                     "of the regulations, and all reasonable efforts to inform "
                     "every person who may use the system. Monitoring of workers: UK GDPR, Data Protection "
                     "Act 2018, and the Information Commissioner's guidance of October 2023."},
      .tables = {}};
  Section measures{.heading = "Risks and measures", .paragraphs = {}, .tables = {risks_table()}};
  out.sections = {std::move(processing),
                  std::move(law),
                  what_is_recorded(configuration),
                  what_is_not_recorded(configuration),
                  what_is_blocked(configuration),
                  who_sees_it(configuration.settings),
                  how_long(configuration.settings),
                  std::move(measures)};
  return out;
}

std::string lines_of(const report::Document& document) {
  std::string out = document.title + '\n';
  for (const auto& [name, value] : document.facts) out += name + ": " + value + '\n';
  if (!document.headline.empty()) out += document.headline + '\n';
  for (const Section& section : document.sections) {
    for (const std::string& paragraph : section.paragraphs) out += section.heading + ": " + paragraph + '\n';
    for (const report::Table& table : section.tables) {
      for (const auto& row : table.rows)
        out += fmt::format("{}: {}\n", section.heading, fmt::join(row, ": "));
    }
  }
  return out;
}

Drift drift_between(const std::string& before, const std::string& now) {
  const auto then = set_of(before);
  const auto today = set_of(now);
  Drift drift;
  std::ranges::set_difference(then, today, std::back_inserter(drift.gone));
  std::ranges::set_difference(today, then, std::back_inserter(drift.fresh));
  return drift;
}

}  // namespace edgewatch::runtime
