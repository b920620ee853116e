#include "edgewatch/observe/name_judge.hpp"

#include "edgewatch/wire/dns.hpp"

#include "answer_store.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::observe {
namespace {

using namespace std::chrono_literals;
using model::Hidden;
using model::NameEvidence;
using Kind = AnswerStore::Kind;

/// A client may act on an answer a little after its time to live: the answer was on its way, a connection was
/// in the making (TIME 1).
constexpr Duration grace = 60s;
/// Names of sites that are on no list are not to be remembered for a day because a zone asks for it (TIME 4);
/// and what a flow is called by an answer of hours ago is a guess.
constexpr std::chrono::seconds longest_ttl = 1h;
/// Of an answer that there is no such record (RFC 2308 section 5). Its own time stands in a record that is
/// not read; few are shorter.
constexpr std::chrono::seconds negative_ttl = 5min;
/// Before that it is usual that a client uses what it was answered before we watched it.
constexpr Duration settled_after = 10min;
/// More than servers give; a message made to fill our memory ends here.
constexpr std::size_t most_addresses = 32;
constexpr std::size_t most_bindings = 16;
/// HTTPS records that point on to further ones (RFC 9460 section 2.4.2).
constexpr int most_aliases = 4;
// Aliases of aliases multiply: a client may have been told enough of them to keep us busy for every flow.
constexpr int most_names_looked_up = 64;
constexpr std::uint16_t https_port = 443;
constexpr std::uint8_t no_error = 0;  // RFC 1035 section 4.1.1
constexpr std::uint8_t name_error = 3;

/// Flags of a `binding` fact.
constexpr std::uint8_t ech_unreadable = 1;

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Duration kept_for(std::chrono::seconds ttl) {
  return Duration(std::clamp<std::chrono::seconds>(ttl, 0s, longest_ttl)) + grace;
}

/// An address that a connection to a site can go to; a resolver that blocks a name answers with others.
bool is_a_site(const net::IpAddress& address) {
  const Bytes bytes = address.bytes();
  // 0.0.0.0/8, 127.0.0.0/8; :: and ::1.
  const bool nowhere =
      address.is_v4()
          ? bytes[0] == 0 || bytes[0] == 127
          : bytes.back() <= 1 && std::ranges::all_of(bytes.first(15), [](auto b) { return b == 0; });
  return !nowhere && !address.is_multicast_or_broadcast();
}

bool is_server_name(NameEvidence evidence) {
  return evidence == NameEvidence::tls_server_name || evidence == NameEvidence::quic_server_name;
}

bool is_tls(const model::Sighting& sighting) {
  return is_server_name(sighting.evidence) || sighting.hidden != Hidden::no ||
         (sighting.evidence == NameEvidence::none && sighting.server.port == https_port);
}

bool asks_for_bindings(std::uint16_t qtype) { return qtype == wire::dns::https || qtype == wire::dns::svcb; }

}  // namespace

class NameJudge::Impl {
 public:
  explicit Impl(const NameJudgeOptions& options) : answers_(options.hash_key, options.memory_bytes) {}

  void learn(const model::Answer& answer);
  Judgement judge(model::Sighting sighting, ListedAsOuter listed);
  void forget(const net::IpAddress& client) { answers_.forget(client); }
  [[nodiscard]] const AnswerStore& answers() const { return answers_; }

 private:
  using ClientPlace = AnswerStore::ClientPlace;
  /// A sighting and whose it is.
  struct Asked {
    const model::Sighting& sighting;
    ClientPlace client;
  };

  void learn_addresses(ClientPlace client, const model::Answer& answer);
  void learn_bindings(ClientPlace client, const model::Answer& answer);
  void learn_binding(ClientPlace client, const model::Answer& answer, const model::ServiceBinding& binding);
  void keep(ClientPlace client, const model::Answer& answer, Kind kind, std::string_view subject,
            std::string_view name, std::chrono::seconds ttl, std::uint8_t flags = 0);
  void keep_of_all_names(ClientPlace client, const model::Answer& answer, std::chrono::seconds ttl,
                         std::uint8_t flags);

  [[nodiscard]] bool is_complete(const Asked& asked) const;
  [[nodiscard]] bool is_public_name(const Asked& asked) const;
  [[nodiscard]] bool is_true_name(const Asked& asked) const;
  void look_up(const Asked& asked, Judgement& judgement) const;
  void add_asked(const Asked& asked, std::string_view name, int aliases, int& patience,
                 Judgement& judgement) const;
  [[nodiscard]] Judgement::Preceded preceded(const Asked& asked) const;

  AnswerStore answers_;
};

void NameJudge::Impl::learn(const model::Answer& answer) {
  const ClientPlace client = answers_.meet(answer.client.address, answer.at);
  if (answer.qname.is_root()) return;
  if (asks_for_bindings(answer.qtype)) learn_bindings(client, answer);
  if (answer.rcode == no_error) learn_addresses(client, answer);
}

void NameJudge::Impl::keep(ClientPlace client, const model::Answer& answer, Kind kind,
                           std::string_view subject, std::string_view name, std::chrono::seconds ttl,
                           std::uint8_t flags) {
  const AnswerStore::Name called = name.empty() ? AnswerStore::Name{} : answers_.name(name);
  answers_.learn(client, kind, bytes_of(subject), called, answer.at, answer.at + kept_for(ttl), flags);
}

void NameJudge::Impl::learn_addresses(ClientPlace client, const model::Answer& answer) {
  if (answer.addresses.empty()) return;
  const AnswerStore::Name name = answers_.name(answer.qname.text());
  std::size_t taken = 0;
  for (const model::Answer::Address& given : answer.addresses) {
    if (taken++ == most_addresses) break;
    if (!is_a_site(given.address)) continue;
    answers_.learn(client, Kind::address, given.address.bytes(), name, answer.at,
                   answer.at + kept_for(given.ttl));
  }
}

/// That the question was answered, of the name asked for and of every name of its chain.
void NameJudge::Impl::keep_of_all_names(ClientPlace client, const model::Answer& answer,
                                        std::chrono::seconds ttl, std::uint8_t flags) {
  keep(client, answer, Kind::binding, answer.qname.text(), {}, ttl, flags);
  for (const net::HostName& alias : answer.chain)
    keep(client, answer, Kind::binding, alias.text(), {}, ttl, flags);
}

void NameJudge::Impl::learn_bindings(ClientPlace client, const model::Answer& answer) {
  if (answer.rcode != no_error && answer.rcode != name_error) return;  // the resolver did not know
  std::size_t taken = 0;
  bool service_mode = false;
  std::uint8_t flags = 0;
  std::chrono::seconds ttl = longest_ttl;
  for (const model::ServiceBinding& binding : answer.bindings) {
    if (taken++ == most_bindings) break;
    learn_binding(client, answer, binding);
    ttl = std::min(ttl, binding.ttl);
    service_mode = service_mode || binding.priority != 0;
    if (binding.has_ech && binding.ech_public_name.empty()) flags = ech_unreadable;
  }
  if (!answer.bindings.empty()) {
    // In alias mode it is the target's answer that tells.
    if (service_mode) keep_of_all_names(client, answer, ttl, flags);
  } else if (answer.complete) {
    keep_of_all_names(client, answer, negative_ttl, 0);
  }
}

void NameJudge::Impl::learn_binding(ClientPlace client, const model::Answer& answer,
                                    const model::ServiceBinding& binding) {
  if (binding.has_ech) {
    if (const auto name = net::HostName::from_dotted(binding.ech_public_name))
      keep(client, answer, Kind::public_name, name->text(), {}, binding.ttl);
  }
  // The client goes on to ask for the target's addresses, and means the name it asked for first.
  const net::HostName& owner = answer.chain.empty() ? answer.qname : answer.chain.back();
  if (!binding.target.is_root() && binding.target != owner && binding.target != answer.qname)
    keep(client, answer, Kind::alias, binding.target.text(), answer.qname.text(), binding.ttl);
}

/// Whether nothing that may still hold of this client's answers was given up.
bool NameJudge::Impl::is_complete(const Asked& asked) const {
  return answers_.acquaintance(asked.client).incomplete_until < asked.sighting.at;
}

bool NameJudge::Impl::is_public_name(const Asked& asked) const {
  const auto found = answers_.find(asked.client, Kind::public_name, bytes_of(asked.sighting.host.text()));
  return std::ranges::any_of(found, [&](const auto& fact) { return asked.sighting.at <= fact.until; });
}

/// The client was told how to reach this very name, and this is not a name that stands for others: its hello
/// has ECH for nothing but to look like all hellos (GREASE, RFC 9849 section 6.2).
bool NameJudge::Impl::is_true_name(const Asked& asked) const {
  if (!is_complete(asked)) return false;
  const auto found = answers_.find(asked.client, Kind::binding, bytes_of(asked.sighting.host.text()));
  return std::ranges::any_of(found, [&](const auto& fact) {
    return asked.sighting.at <= fact.until && fact.flags != ech_unreadable;
  });
}

/// The names that the client asked for when it was given `name`.
void NameJudge::Impl::add_asked(const Asked& asked, std::string_view name, int aliases, int& patience,
                                Judgement& judgement) const {
  if (--patience < 0) {
    judgement.more_candidates = true;
    return;
  }
  bool aliased = false;
  if (aliases != 0) {
    for (const auto& fact : answers_.find(asked.client, Kind::alias, bytes_of(name))) {
      if (fact.until < asked.sighting.at) continue;
      aliased = true;
      if (fact.name.empty()) {
        judgement.more_candidates = true;
      } else {
        add_asked(asked, fact.name, aliases - 1, patience, judgement);
      }
    }
  }
  if (aliased) return;
  // What was kept is the text of a name, which may hold escapes that from_dotted would escape again: such a
  // name can be no candidate.
  const auto host = net::HostName::from_dotted(name);
  if (host && host->is_matchable() && host->text() == name) {
    judgement.candidates.push_back(*host);
  } else {
    judgement.more_candidates = true;
  }
}

void NameJudge::Impl::look_up(const Asked& asked, Judgement& judgement) const {
  int patience = most_names_looked_up;
  for (const auto& fact : answers_.find(asked.client, Kind::address, asked.sighting.server.address.bytes())) {
    if (fact.until < asked.sighting.at) continue;
    if (fact.name.empty()) {
      judgement.more_candidates = true;
    } else {
      add_asked(asked, fact.name, most_aliases, patience, judgement);
    }
  }
  std::ranges::sort(judgement.candidates);
  judgement.candidates.erase(std::unique(judgement.candidates.begin(), judgement.candidates.end()),
                             judgement.candidates.end());
  if (!judgement.candidates.empty() && !is_complete(asked)) judgement.more_candidates = true;
}

Judgement::Preceded NameJudge::Impl::preceded(const Asked& asked) const {
  const model::Sighting& sighting = asked.sighting;
  if (!is_tls(sighting)) return Judgement::Preceded::unknown;
  const auto found = answers_.find(asked.client, Kind::address, sighting.server.address.bytes());
  // An answer whose time is over still came before.
  if (!found.empty()) return Judgement::Preceded::yes;
  const bool settled =
      sighting.at - answers_.acquaintance(asked.client).since >= settled_after && is_complete(asked);
  return settled ? Judgement::Preceded::no : Judgement::Preceded::unknown;
}

Judgement NameJudge::Impl::judge(model::Sighting sighting, ListedAsOuter listed) {
  answers_.catch_up();
  Judgement out;
  out.sighting = std::move(sighting);
  const Asked asked{out.sighting, answers_.meet(out.sighting.client.address, out.sighting.at)};
  out.preceded = preceded(asked);
  model::Sighting& judged = out.sighting;
  if (judged.hidden == Hidden::esni && is_server_name(judged.evidence)) {
    judged.evidence = NameEvidence::outer_name_only;  // the true one is the encrypted one, always
  } else if (judged.hidden == Hidden::ech && is_server_name(judged.evidence)) {
    if (listed == ListedAsOuter::yes || is_public_name(asked)) {
      judged.evidence = NameEvidence::outer_name_only;
    } else if (is_true_name(asked)) {
      judged.hidden = Hidden::no;
    }
  }
  const bool outer = judged.evidence == NameEvidence::outer_name_only;
  if (!outer && judged.evidence != NameEvidence::none) return out;
  look_up(asked, out);
  if (out.candidates.size() != 1 || out.more_candidates) return out;
  if (outer && out.candidates.front() == judged.host) {
    out.candidates.clear();  // the public name itself is never the site
    return out;
  }
  judged.host = out.candidates.front();
  judged.evidence = NameEvidence::dns_answer_address;
  return out;
}

NameJudge::NameJudge(NameJudgeOptions options) : impl_(std::make_unique<Impl>(options)) {}
NameJudge::~NameJudge() = default;
NameJudge::NameJudge(NameJudge&&) noexcept = default;
NameJudge& NameJudge::operator=(NameJudge&&) noexcept = default;
void NameJudge::learn(const model::Answer& answer) { impl_->learn(answer); }
Judgement NameJudge::judge(model::Sighting sighting, ListedAsOuter listed) {
  return impl_->judge(std::move(sighting), listed);
}
void NameJudge::forget(const net::IpAddress& client) { impl_->forget(client); }

std::vector<Tally> NameJudge::tallies() const {
  std::vector<Tally> out;
  const AnswerStore& answers = impl_->answers();
  if (answers.evicted_facts() != 0) out.push_back({"evicted-answer", answers.evicted_facts()});
  if (answers.evicted_clients() != 0) out.push_back({"evicted-client", answers.evicted_clients()});
  return out;
}

std::size_t NameJudge::held() const { return impl_->answers().held(); }

}  // namespace edgewatch::observe
