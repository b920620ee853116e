#include "dictionary.hpp"

#include "edgewatch/store/store_error.hpp"

#include <algorithm>
#include <limits>

namespace edgewatch::store {
namespace {

constexpr std::uint32_t is_lent = std::uint32_t{1} << 31U;

/// The number in the first row, 0 where there is none.
std::uint32_t number_from(Statement& statement) {
  const std::int64_t number = statement.step() ? statement.number(0) : 0;
  statement.reset();
  // Numbers are 32 bits wide in the rows; a ledger with more subjects than that has no place for another.
  if (number < 0 || number > std::numeric_limits<std::uint32_t>::max())
    throw StoreError(74, "the ledger's numbers of subjects are used up");
  return static_cast<std::uint32_t>(number);
}

template <class Value>
void put_at(std::vector<std::optional<Value>>& values, std::uint32_t number, const Value& value) {
  if (values.size() <= number) values.resize(std::size_t{number} + 1);
  values[number] = value;
}

bool is_possible(const Circumstance& c) {
  return c.kind <= model::Kind::concurrent && c.grade <= model::Grade::strong &&
         c.purpose <= model::Purpose::authorised && c.weakest_name <= model::NameEvidence::quic_server_name &&
         c.weakest_identity <= model::IdentityGrade::a;
}

}  // namespace

std::size_t Dictionary::Hash::operator()(const Circumstance& c) const {
  constexpr std::uint64_t odd = 0x9e37'79b9'7f4a'7c15U;  // of Fibonacci hashing
  const std::uint64_t what = std::uint64_t{c.service} << 32U | c.category;
  const std::uint64_t how =
      std::uint64_t{c.reasons} << 32U | static_cast<std::uint64_t>(c.kind) << 24U |
      static_cast<std::uint64_t>(c.grade) << 20U | static_cast<std::uint64_t>(c.purpose) << 16U |
      static_cast<std::uint64_t>(c.weakest_name) << 8U | static_cast<std::uint64_t>(c.weakest_identity);
  const std::uint64_t mixed = (what * odd ^ how) * odd;
  return static_cast<std::size_t>(mixed ^ mixed >> 32U);
}

Dictionary::Dictionary(Connection& connection)
    : find_subject_(connection, "SELECT subject_id FROM subject WHERE name = :name"),
      put_subject_(connection, "INSERT INTO subject(name, last_day) VALUES (:name, :day)"),
      find_service_(connection, "SELECT service_id FROM service WHERE name = :name"),
      put_service_(connection, "INSERT INTO service(name) VALUES (:name)"),
      find_category_(connection, "SELECT category_id FROM category WHERE name = :name"),
      put_category_(connection, "INSERT INTO category(name) VALUES (:name)"),
      put_circumstance_(connection,
                        "INSERT INTO circumstance(circumstance_id, service_id, category_id, kind, grade, "
                        "purpose, reasons, weakest_name, weakest_identity) VALUES (:number, :service, "
                        ":category, :kind, :grade, :purpose, :reasons, :name, :identity)"),
      put_judged_(connection,
                  "INSERT INTO judged_by(judged_by_id, catalogue, rule_book, method) VALUES (:number, "
                  ":catalogue, :rule_book, :method)"),
      new_services_(connection, "SELECT service_id, name FROM service WHERE service_id > :known"),
      new_categories_(connection, "SELECT category_id, name FROM category WHERE category_id > :known"),
      new_circumstances_(connection,
                         "SELECT circumstance_id, service_id, category_id, kind, grade, purpose, reasons, "
                         "weakest_name, weakest_identity FROM circumstance WHERE circumstance_id > :known"),
      new_judged_(connection,
                  "SELECT judged_by_id, catalogue, rule_book, method FROM judged_by WHERE judged_by_id > "
                  ":known") {}

void Dictionary::forget() {
  subjects_.clear();
  service_numbers_.clear();
  category_numbers_.clear();
  services_.clear();
  categories_.clear();
  circumstance_numbers_.clear();
  circumstances_.clear();
  lent_.clear();
  judged_numbers_.clear();
  judged_.clear();
  last_judged_ = 0;
}

void Dictionary::refresh() {
  lent_.clear();
  const auto read_names = [](Statement& rows, std::map<std::uint32_t, std::string>& names) {
    rows.bind(":known", names.empty() ? 0 : names.rbegin()->first);
    while (rows.step()) names[rows.as<std::uint32_t>(0)] = rows.text(1);
    rows.reset();
  };
  read_names(new_services_, services_);
  read_names(new_categories_, categories_);
  new_circumstances_.bind(":known", circumstances_.empty() ? 0 : circumstances_.size() - 1);
  while (new_circumstances_.step()) {
    const Statement& row = new_circumstances_;
    const Circumstance circumstance{row.as<std::uint32_t>(1),       row.as<std::uint32_t>(2),
                                    row.as<model::Kind>(3),         row.as<model::Grade>(4),
                                    row.as<model::Purpose>(5),      row.as<model::Reasons>(6),
                                    row.as<model::NameEvidence>(7), row.as<model::IdentityGrade>(8)};
    // What the table's checks would refuse is damage: then the number stands for nothing.
    if (is_possible(circumstance) && services_.contains(circumstance.service) &&
        categories_.contains(circumstance.category))
      remember(row.as<std::uint32_t>(0), circumstance);
  }
  new_circumstances_.reset();
  new_judged_.bind(":known", judged_.empty() ? 0 : judged_.size() - 1);
  while (new_judged_.step()) {
    remember(new_judged_.as<std::uint32_t>(0),
             JudgedBy{model::Revision(new_judged_.text(1)), model::Revision(new_judged_.text(2)),
                      new_judged_.text(3)});
  }
  new_judged_.reset();
}

void Dictionary::remember(std::uint32_t number, const Circumstance& circumstance) {
  put_at(circumstances_, number, circumstance);
  circumstance_numbers_[circumstance] = number;
}

void Dictionary::remember(std::uint32_t number, const JudgedBy& judged) {
  put_at(judged_, number, judged);
  judged_numbers_[judged] = number;
}

std::optional<std::uint32_t> Dictionary::find_subject(const model::Subject& subject) {
  const std::uint32_t number = number_from(find_subject_.bind(":name", subject.text()));
  if (number == 0) return std::nullopt;
  return number;
}

std::uint32_t Dictionary::subject(const model::Subject& subject, std::int64_t date) {
  if (const auto known = subjects_.find(subject.text()); known != subjects_.end()) return known->second;
  std::optional<std::uint32_t> number = find_subject(subject);
  if (!number) {
    put_subject_.bind(":name", subject.text()).bind(":day", date).run();
    number = find_subject(subject);
  }
  subjects_.emplace(subject.text(), number.value());
  return *number;
}

std::uint32_t Dictionary::named(NumberOf& numbers, std::map<std::uint32_t, std::string>& names,
                                Statement& find, Statement& put, const std::string& name) {
  if (const auto known = numbers.find(name); known != numbers.end()) return known->second;
  std::uint32_t number = number_from(find.bind(":name", name));
  if (number == 0) {
    put.bind(":name", name).run();
    number = number_from(find.bind(":name", name));
  }
  numbers.emplace(name, number);
  names[number] = name;
  return number;
}

std::uint32_t Dictionary::service(const std::string& name) {
  return named(service_numbers_, services_, find_service_, put_service_, name);
}

std::uint32_t Dictionary::category(const std::string& name) {
  return named(category_numbers_, categories_, find_category_, put_category_, name);
}

std::uint32_t Dictionary::circumstance(const model::UsageSlice& slice) {
  return circumstance(
      Circumstance{service(slice.service.text()), category(slice.category.text()), slice.kind, slice.grade,
                   slice.purpose, slice.reasons, slice.weakest_name, slice.weakest_identity},
      Numbered::kept);
}

std::uint32_t Dictionary::lend(const Circumstance& circumstance) {
  const auto known = std::find(lent_.begin(), lent_.end(), circumstance);
  const auto number = static_cast<std::uint32_t>(known - lent_.begin());
  if (known == lent_.end()) lent_.push_back(circumstance);
  return number | is_lent;
}

std::uint32_t Dictionary::circumstance(const Circumstance& c, Numbered numbered) {
  if (const auto known = circumstance_numbers_.find(c); known != circumstance_numbers_.end())
    return known->second;
  if (numbered == Numbered::lent) return lend(c);
  const auto number = static_cast<std::uint32_t>(std::max<std::size_t>(circumstances_.size(), 1));
  put_circumstance_.bind(":number", number)
      .bind(":service", c.service)
      .bind(":category", c.category)
      .bind(":kind", static_cast<int>(c.kind))
      .bind(":grade", static_cast<int>(c.grade))
      .bind(":purpose", static_cast<int>(c.purpose))
      .bind(":reasons", c.reasons)
      .bind(":name", static_cast<int>(c.weakest_name))
      .bind(":identity", static_cast<int>(c.weakest_identity))
      .run();
  remember(number, c);
  return number;
}

std::uint32_t Dictionary::judged_by(const model::UsageSlice& slice) {
  if (last_judged_ != 0) {
    const JudgedBy& last = *judged_[last_judged_];
    if (last.catalogue == slice.catalogue && last.rule_book == slice.rule_book && last.method == slice.method)
      return last_judged_;
  }
  last_judged_ = judged_by(JudgedBy{slice.catalogue, slice.rule_book, slice.method});
  return last_judged_;
}

std::uint32_t Dictionary::judged_by(const JudgedBy& judged) {
  if (const auto known = judged_numbers_.find(judged); known != judged_numbers_.end()) return known->second;
  const auto number = static_cast<std::uint32_t>(std::max<std::size_t>(judged_.size(), 1));
  put_judged_.bind(":number", number)
      .bind(":catalogue", judged.catalogue.text())
      .bind(":rule_book", judged.rule_book.text())
      .bind(":method", judged.method)
      .run();
  remember(number, judged);
  return number;
}

const Circumstance* Dictionary::circumstance(std::uint32_t number) const {
  if ((number & is_lent) != 0) {
    const std::uint32_t index = number & ~is_lent;
    return index < lent_.size() ? &lent_[index] : nullptr;
  }
  if (number >= circumstances_.size() || !circumstances_[number]) return nullptr;
  return &*circumstances_[number];
}

const JudgedBy* Dictionary::judged_by(std::uint32_t number) const {
  if (number >= judged_.size() || !judged_[number]) return nullptr;
  return &*judged_[number];
}

}  // namespace edgewatch::store
