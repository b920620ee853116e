#include "bundle_rows.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/store/day_seal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace edgewatch::evidence {
namespace {

constexpr std::string_view minute_columns =
    "utc_minute\tservice\tcategory\tkind\tgrade\tpurpose\tseconds\tlower_seconds\treasons\tname_evidence\t"
    "identity_grade\tbinding\tcatalogue\trule_book\tmethod\trun\tstate";
constexpr std::string_view stands = "standing";
constexpr std::string_view stood = "superseded";

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

/// By what it is called: the numbers from 0 to `last`.
template <class Value>
bool read_word(std::string_view text, Value last, Value& value) {
  for (int number = 0; number <= static_cast<int>(last); ++number) {
    value = static_cast<Value>(number);
    if (to_string(value) == text) return true;
  }
  return false;
}

bool read_reasons(std::string_view text, model::Reasons& reasons) {
  reasons = 0;
  if (text.empty()) return true;
  for (const std::string_view name : split(text, ',')) {
    bool found = false;
    for (unsigned bit = 0; bit < 16 && !found; ++bit) {
      const auto one = static_cast<model::Reasons>(1U << bit);
      found = model::reason_names(one) == name;
      if (found) reasons = static_cast<model::Reasons>(reasons | one);
    }
    if (!found) return false;
  }
  return true;
}

std::optional<model::UsageSlice> read_minute(const std::vector<std::string_view>& cells) {
  model::UsageSlice slice;
  const auto minute = parse_minute(cells[0]);
  if (!minute) return std::nullopt;
  slice.minute = *minute;
  slice.service = model::ServiceId(std::string(cells[1]));
  slice.category = model::Category(std::string(cells[2]));
  const bool good = read_word(cells[3], model::Kind::concurrent, slice.kind) &&
                    read_word(cells[4], model::Grade::strong, slice.grade) &&
                    read_word(cells[5], model::Purpose::authorised, slice.purpose) &&
                    read_number(cells[6], slice.seconds) && slice.seconds <= 60 &&
                    read_number(cells[7], slice.lower_seconds) && slice.lower_seconds <= slice.seconds &&
                    read_reasons(cells[8], slice.reasons) &&
                    read_word(cells[9], model::NameEvidence::quic_server_name, slice.weakest_name) &&
                    read_word(cells[10], model::IdentityGrade::a, slice.weakest_identity) &&
                    read_number(cells[11], slice.binding) && read_number(cells[15], slice.run);
  if (!good) return std::nullopt;
  slice.catalogue = model::Revision(std::string(cells[12]));
  slice.rule_book = model::Revision(std::string(cells[13]));
  slice.method = std::string(cells[14]);
  return slice;
}

/// The rows of a table under that head; nothing where it has another, or does not end with a line's end.
std::optional<std::vector<std::string_view>> rows_of(std::string_view text, std::string_view head) {
  if (!text.starts_with(head) || !text.ends_with('\n')) return std::nullopt;
  std::vector<std::string_view> rows = split(text.substr(0, text.size() - 1), '\n');
  if (rows.front() != head) return std::nullopt;
  rows.erase(rows.begin());
  return rows;
}

constexpr std::string_view coverage_columns =
    "source\tfrom\tto\tstate\tseen\tlost_kernel\tlost_queue\tnamed\tunnamed_ech\tunnamed_doh\tunnamed_"
    "tunnel\t"
    "unnamed_other\trefused\ttls_with_dns\tambiguous\tcauses_measured\tsigns";

using Count = std::uint64_t model::Coverage::*;
constexpr std::array<Count, 11> counts{
    &model::Coverage::seen,           &model::Coverage::lost_in_kernel, &model::Coverage::lost_in_queue,
    &model::Coverage::named,          &model::Coverage::unnamed_ech,    &model::Coverage::unnamed_doh,
    &model::Coverage::unnamed_tunnel, &model::Coverage::unnamed_other,  &model::Coverage::refused,
    &model::Coverage::tls_with_dns,   &model::Coverage::ambiguous};
constexpr std::size_t first_count = 4;

std::optional<model::Coverage> read_coverage_row(std::string_view row) {
  const auto cells = split(row, '\t');
  if (cells.size() != first_count + counts.size() + 2) return std::nullopt;
  model::Coverage part;
  part.source = std::string(cells[0]);
  const auto from = parse_rfc3339(cells[1]);
  const auto to = parse_rfc3339(cells[2]);
  if (!from || !to || (cells[3] != "watched" && cells[3] != "gap")) return std::nullopt;
  part.interval = {*from, *to};
  part.state = cells[3] == "gap" ? model::Coverage::State::gap : model::Coverage::State::watched;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!read_number(cells[first_count + i], part.*counts.at(i))) return std::nullopt;
  }
  const std::string_view measured = cells[first_count + counts.size()];
  if (measured != "yes" && measured != "no") return std::nullopt;
  part.causes_measured = measured == "yes";
  const auto signs = split(cells.back(), ',');
  if (signs.size() != part.signs.size()) return std::nullopt;
  for (std::size_t i = 0; i < signs.size(); ++i) {
    if (!read_number(signs[i], part.signs.at(i))) return std::nullopt;
  }
  return part;
}

}  // namespace

std::string minutes_table(const BundleRows& rows) {
  std::vector<std::string> lines;
  lines.reserve(rows.standing.size() + rows.superseded.size());
  for (const model::UsageSlice& row : rows.standing)
    lines.push_back(fmt::format("{}\t{}", store::canonical_minute(row), stands));
  for (const model::UsageSlice& row : rows.superseded)
    lines.push_back(fmt::format("{}\t{}", store::canonical_minute(row), stood));
  std::sort(lines.begin(), lines.end());
  std::string text(minute_columns);
  text += '\n';
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

Result<BundleRows, std::string> read_minutes(std::string_view text, const model::Subject& subject) {
  const auto lines = rows_of(text, minute_columns);
  if (!lines) return Failure{std::string("it has another head, or is cut")};
  BundleRows rows;
  for (std::size_t i = 0; i < lines->size(); ++i) {
    const auto cells = split((*lines)[i], '\t');
    auto slice =
        cells.size() == 17 && (cells[16] == stands || cells[16] == stood) ? read_minute(cells) : std::nullopt;
    if (!slice) return Failure{fmt::format("line {} is no minute record", i + 2)};
    slice->subject = subject;
    (cells[16] == stands ? rows.standing : rows.superseded).push_back(std::move(*slice));
  }
  if (minutes_table(rows) != text) return Failure{std::string("it is not written as edgewatch writes it")};
  return rows;
}

std::string coverage_table(const std::vector<model::Coverage>& coverage) {
  std::string text(coverage_columns);
  text += '\n';
  for (const model::Coverage& part : coverage) {
    text += fmt::format("{}\t{}\t{}\t{}", tsv_cell(part.source), format_rfc3339(part.interval.from),
                        format_rfc3339(part.interval.to),
                        part.state == model::Coverage::State::gap ? "gap" : "watched");
    for (const Count count : counts) text += fmt::format("\t{}", part.*count);
    text += part.causes_measured ? "\tyes\t" : "\tno\t";
    for (std::size_t i = 0; i < part.signs.size(); ++i)
      text += fmt::format("{}{}", i == 0 ? "" : ",", part.signs.at(i));
    text += '\n';
  }
  return text;
}

Result<std::vector<model::Coverage>, std::string> read_coverage(std::string_view text) {
  const auto lines = rows_of(text, coverage_columns);
  if (!lines) return Failure{std::string("it has another head, or is cut")};
  std::vector<model::Coverage> coverage;
  for (std::size_t i = 0; i < lines->size(); ++i) {
    auto part = read_coverage_row((*lines)[i]);
    if (!part) return Failure{fmt::format("line {} is no row of coverage", i + 2)};
    coverage.push_back(std::move(*part));
  }
  return coverage;
}

std::string identity_table(const std::vector<model::Binding>& bindings) {
  std::string text = "binding\twhat\theld_by\tfrom\tto\trecorded_at\tbasis\tstate\tsource\n";
  for (const model::Binding& binding : bindings) {
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", binding.id(), tsv_cell(binding.key),
                        tsv_cell(binding.value), format_rfc3339(binding.valid.from),
                        format_rfc3339(binding.valid.to), format_rfc3339(binding.recorded_at),
                        to_string(binding.basis), to_string(binding.state), to_string(binding.source));
  }
  return text;
}

}  // namespace edgewatch::evidence
