#include "tables.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/base/time.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace edgewatch::runtime {
namespace {

/// What stands in a cell that has nothing to say.
constexpr const char* nothing = "-";

template <class Value>
std::string text_or_nothing(const std::optional<Value>& value) {
  return value && !value->text().empty() ? tsv_cell(value->text()) : nothing;
}

void print(std::ostream& out, const model::UsageSlice& s) {
  fmt::print(out, "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", tsv_cell(s.subject.text()), s.service.text(),
             format_minute(s.minute), to_string(s.kind), s.seconds, to_string(s.grade), to_string(s.purpose),
             model::reason_names(s.reasons), s.lower_seconds);
}

void print(std::ostream& out, const model::Finding& f) {
  const bool listed = f.classification.has_value();
  const bool of_service = listed && !f.classification->service.empty();
  // Whom a service that must not be recorded concerns is not said, not even here.
  const bool name_person = !listed || f.classification->record;
  fmt::print(out, "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", format_rfc3339(f.at),
             f.client.address.to_string(), f.server.address.to_string(), tsv_cell(f.name.text()),
             to_string(f.evidence), name_person ? text_or_nothing(f.person) : nothing,
             of_service ? f.classification->service.text() : nothing,
             listed ? f.classification->category.text() : nothing,
             listed ? to_string(f.classification->role) : nothing, to_string(f.decision.verdict),
             text_or_nothing(f.decision.rule));
}

void print(std::ostream& out, const model::Coverage& c) {
  using Sign = model::BypassSign::Kind;
  fmt::print(out, "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", tsv_cell(c.source),
             format_rfc3339(c.interval.from), format_rfc3339(c.interval.to), c.seen,
             c.lost_in_kernel + c.lost_in_queue, c.named, c.unnamed_ech, c.unnamed_doh, c.unnamed_tunnel,
             c.unnamed_other, c.refused, c.lost_in_kernel, c.lost_in_queue);
  for (const Sign sign : {Sign::doh, Sign::dot, Sign::doq, Sign::wireguard, Sign::openvpn, Sign::ike,
                          Sign::private_relay, Sign::canary, Sign::ddr, Sign::tls_without_dns})
    fmt::print(out, "\t{}", c.of(sign));
  fmt::print(out, "\t{}\t{}\n", c.tls_with_dns, c.ambiguous);
}

void print(std::ostream& out, const model::BlockCount& b) {
  fmt::print(out, "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", format_minute(b.minute),
             b.client.address.to_string(), text_or_nothing(b.person),
             b.rule_class == model::RuleClass::inappropriate ? nothing : "", text_or_nothing(b.service),
             text_or_nothing(b.category), tsv_cell(b.rule.text()), b.mechanism, b.attempts);
}

template <class Row>
void print_all(std::ostream& out, const std::vector<Row>& rows) {
  for (const Row& row : rows) print(out, row);
}

}  // namespace

std::optional<Table> parse_table(const std::string& word) {
  if (word == "minutes") return Table::minutes;
  if (word == "findings") return Table::findings;
  if (word == "coverage") return Table::coverage;
  if (word == "blocks") return Table::blocks;
  return std::nullopt;
}

void print_header(std::ostream& out, Table table) {
  switch (table) {
    case Table::minutes:
      out << "subject\tservice\tutc_minute\tkind\tseconds\tgrade\tpurpose\treasons\tlower_seconds\n";
      break;
    case Table::findings:
      out << "utc_time\tclient\tserver\tname\tevidence\tperson\tservice\tcategory\trole\tverdict\trule\n";
      break;
    case Table::coverage:
      out << "source\tfrom\tto\tseen\tlost\tnamed\tunnamed_ech\tunnamed_doh\tunnamed_tunnel\tunnamed_"
             "other\trefused\tlost_kernel\tlost_queue\tbypass_doh\tbypass_dot\tbypass_doq\tbypass_wireguard\t"
             "bypass_openvpn\tbypass_ike\tbypass_relay\tcanary\tddr\ttls_without_dns\ttls_with_dns\t"
             "ambiguous\n";
      break;
    case Table::blocks:
      out << "utc_time\tclient\tperson\tname\tservice\tcategory\trule\tmechanism\tattempts\n";
      break;
  }
}

void print_rows(std::ostream& out, Table table, const pipeline::Output& output) {
  switch (table) {
    case Table::minutes:
      print_all(out, output.slices);
      break;
    case Table::findings:
      print_all(out, output.findings);
      break;
    case Table::coverage:
      print_all(out, output.coverage);
      break;
    case Table::blocks:
      print_all(out, output.blocks);
      break;
  }
}

}  // namespace edgewatch::runtime
