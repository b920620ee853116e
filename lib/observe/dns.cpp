// DNS on port 53: what was asked, and what was answered to whom.
#include "explained.hpp"
#include "observer_impl.hpp"

#include <algorithm>
#include <span>
#include <variant>

namespace edgewatch::observe {
namespace {

constexpr std::size_t smallest_with_flags = 3;
// More than resolvers ask or follow; a message made to keep us busy ends here.
constexpr std::size_t most_questions = 8;
constexpr std::size_t most_aliases = 32;

/// QR of the header, without reading the message (RFC 1035 section 4.1.1).
bool is_response(Bytes message) { return message.size() >= smallest_with_flags && (message[2] & 0x80U) != 0; }

/// The CNAME chain from the question's name on, in whatever order the records stand. Each is followed once,
/// so a loop ends.
void follow_chain(const wire::dns::Message& message, const net::HostName& qname,
                  std::vector<net::HostName>& chain) {
  chain.clear();
  if (std::ranges::find(message.answers, wire::dns::cname, &wire::dns::Record::type) == message.answers.end())
    return;
  const net::HostName* end = &qname;
  std::vector<bool> followed(message.answers.size());
  for (bool further = true; further;) {
    further = false;
    for (std::size_t i = 0; i < message.answers.size(); ++i) {
      const wire::dns::Record& record = message.answers[i];
      if (followed[i] || chain.size() == most_aliases || record.type != wire::dns::cname ||
          record.owner != *end)
        continue;
      followed[i] = true;
      chain.push_back(record.target);
      end = &record.target;
      further = true;
    }
  }
}

void add_record(const wire::dns::Record& record, model::Answer& answer) {
  switch (record.type) {
    case wire::dns::a:
    case wire::dns::aaaa:
      answer.addresses.push_back({record.address, record.ttl});
      break;
    case wire::dns::svcb:
    case wire::dns::https:
      answer.bindings.push_back(
          {record.priority, record.target, record.has_ech, record.ech_public_name, record.ttl});
      break;
    default:
      break;
  }
}

/// What the response says about the name of its (first) question. Precondition: there is one.
void fill(model::Answer& answer, const wire::dns::Message& message) {
  const wire::dns::Question& question = message.questions.front();
  answer.qname = question.qname;
  answer.qtype = question.qtype;
  answer.rcode = message.rcode;
  answer.complete = message.answers_complete && !message.truncated;
  follow_chain(message, question.qname, answer.chain);
  answer.addresses.clear();
  answer.bindings.clear();
  const net::HostName& last = answer.chain.empty() ? answer.qname : answer.chain.back();
  for (const wire::dns::Record& record : message.answers) {
    if (record.owner == last) add_record(record, answer);
  }
}

}  // namespace

/// Whether it is one; else it is another thing on that port, which tunnels like to take.
bool Observer::Impl::see_dns_datagram(const wire::Datagram& datagram) {
  return see_dns_message(datagram, datagram.payload, model::Confirmation::acknowledged);
}

/// Says what one message says; whether it could be read. Who asked is told by the message: a query's sender,
/// a response's receiver. `best` is how firm an answer can be at most.
bool Observer::Impl::see_dns_message(const wire::Datagram& datagram, Bytes bytes, model::Confirmation best) {
  const bool response = is_response(bytes);
  const net::Endpoint& asker = response ? datagram.to : datagram.from;
  const net::Endpoint& server = response ? datagram.from : datagram.to;
  if (!is_watched(asker.address)) return true;
  const auto parsed = dns_parser_.parse(bytes);
  if (trace_ != nullptr) [[unlikely]]
    note_dns(bytes, parsed, *trace_);
  if (!parsed) {
    refuse(parsed.error().kind, datagram.source);
    return false;
  }
  const wire::dns::Message* message = *parsed;
  if (message->questions.empty()) return true;

  model::Client client;
  client.address = asker.address;
  client.mac = response ? datagram.destination_mac : datagram.source_mac;
  client.vlan = datagram.vlan;
  const wire::dns::Question& question = message->questions.front();
  const Questions::Asked asked{asker, server, message->id, question.qname, question.qtype, client.mac};
  if (response) {
    const Questions::Key asked_by = questions_.expect(asked);
    model::Answer& answer = events_.next_answer();
    fill(answer, *message);
    answer.at = datagram.at;
    answer.source = datagram.source;
    const Questions::Was was = questions_.was_asked(asked_by, client.mac, datagram.at);
    if (was == Questions::Was::asked_elsewhere) ++answers_elsewhere_;
    answer.confirmation = was == Questions::Was::asked ? best : model::Confirmation::claimed;
    if (trace_ != nullptr) [[unlikely]]
      tell_whether_asked(datagram, was);
    answer.client = client;
    answer.server = server;
  } else {
    if (best == model::Confirmation::acknowledged) questions_.ask(asked, datagram.at);
    if (options_.claims) say_questions(datagram, *message, client);
  }
  return true;
}

void Observer::Impl::tell_whether_asked(const wire::Datagram& datagram, Questions::Was was) const {
  switch (was) {
    case Questions::Was::asked:
      return tell(datagram, "dns", "it answers a question seen");
    case Questions::Was::asked_elsewhere:
      return tell(datagram, "dns", "claimed only: the question came from another MAC address");
    default:
      return tell(datagram, "dns",
                  "claimed only: this client was not seen to ask this, of this server, with this id");
  }
}

/// One sighting for each name that is asked for: a message may hold several questions.
void Observer::Impl::say_questions(const wire::Datagram& datagram, const wire::dns::Message& message,
                                   const model::Client& client) {
  const auto questions =
      std::span(message.questions).first(std::min(message.questions.size(), most_questions));
  for (auto question = questions.begin(); question != questions.end(); ++question) {
    const auto same_name = [question](const auto& earlier) { return earlier.qname == question->qname; };
    if (std::any_of(questions.begin(), question, same_name)) continue;
    model::Sighting sighting;
    sighting.at = datagram.at;
    sighting.client = client;
    sighting.host = question->qname;
    sighting.evidence = model::NameEvidence::dns_question;
    sighting.source = datagram.source;
    sighting.server = datagram.to;
    sighting.bytes_up = datagram.payload_length;
    sighting.packets = 1;
    events_.emplace_back(std::move(sighting));
  }
}

}  // namespace edgewatch::observe
