// The numbers that minute records stand for: subjects, and all that many records share (service, category,
// kind, grade, purpose, reasons, evidence; the revisions they were judged by). Remembers what it has read or
// made, so it must be told to forget when another connection or a rollback changed the file. Private to this
// module; one thread.
#pragma once

#include "edgewatch/model/usage.hpp"

#include "connection.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edgewatch::store {

/// Everything of a minute record but whose it is, when, how long, by which binding and by which revisions.
/// Names nobody. `service` and `category` are numbers of the dictionary.
struct Circumstance {
  std::uint32_t service = 0;
  std::uint32_t category = 0;
  model::Kind kind = model::Kind::interactive;
  model::Grade grade = model::Grade::weak;
  model::Purpose purpose = model::Purpose::personal;
  model::Reasons reasons = 0;
  model::NameEvidence weakest_name = model::NameEvidence::none;
  model::IdentityGrade weakest_identity = model::IdentityGrade::none;
  auto operator<=>(const Circumstance&) const = default;
  /// Time that is owned: concurrent time was displaced by another service and is never summed.
  [[nodiscard]] bool is_summed() const { return kind != model::Kind::concurrent; }
  [[nodiscard]] bool has_lower_figure() const { return is_summed() && grade != model::Grade::weak; }
};

struct JudgedBy {
  model::Revision catalogue;
  model::Revision rule_book;
  std::string method;
  auto operator<=>(const JudgedBy&) const = default;
};

class Dictionary {
 public:
  explicit Dictionary(Connection& connection);

  /// Reads what came since; before anything is looked up by number.
  void refresh();
  void forget();

  // Numbers, made where they are not there yet. In the transaction of the row that uses them.
  /// A new subject is kept from the purge until that date; who has rows in a day is kept with the rows.
  [[nodiscard]] std::uint32_t subject(const model::Subject& subject, std::int64_t date);
  [[nodiscard]] std::uint32_t circumstance(const model::UsageSlice& slice);
  enum class Numbered : std::uint8_t {
    kept,  ///< in the file
    lent,  ///< for an answer, where nothing may be written: good until the next refresh
  };
  [[nodiscard]] std::uint32_t circumstance(const Circumstance& circumstance, Numbered numbered);
  [[nodiscard]] std::uint32_t judged_by(const model::UsageSlice& slice);
  [[nodiscard]] std::uint32_t service(const std::string& name);
  [[nodiscard]] std::uint32_t category(const std::string& name);
  [[nodiscard]] std::uint32_t judged_by(const JudgedBy& judged);

  /// Nothing where nobody of that name was ever written.
  [[nodiscard]] std::optional<std::uint32_t> find_subject(const model::Subject& subject);
  /// nullptr for a number that is not there.
  [[nodiscard]] const Circumstance* circumstance(std::uint32_t number) const;
  [[nodiscard]] const JudgedBy* judged_by(std::uint32_t number) const;
  [[nodiscard]] const std::string& service(std::uint32_t number) const { return services_.at(number); }
  [[nodiscard]] const std::string& category(std::uint32_t number) const { return categories_.at(number); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    std::size_t operator()(const Circumstance& circumstance) const;
  };
  using NumberOf = std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>>;

  std::uint32_t lend(const Circumstance& circumstance);
  void remember(std::uint32_t number, const Circumstance& circumstance);
  void remember(std::uint32_t number, const JudgedBy& judged);
  std::uint32_t named(NumberOf& numbers, std::map<std::uint32_t, std::string>& names, Statement& find,
                      Statement& put, const std::string& name);

  Statement find_subject_;
  Statement put_subject_;
  Statement find_service_;
  Statement put_service_;
  Statement find_category_;
  Statement put_category_;
  Statement put_circumstance_;
  Statement put_judged_;
  Statement new_services_;
  Statement new_categories_;
  Statement new_circumstances_;
  Statement new_judged_;
  NumberOf subjects_;
  NumberOf service_numbers_;
  NumberOf category_numbers_;
  std::map<std::uint32_t, std::string> services_;
  std::map<std::uint32_t, std::string> categories_;
  std::unordered_map<Circumstance, std::uint32_t, Hash> circumstance_numbers_;
  std::vector<std::optional<Circumstance>> circumstances_;  ///< by number
  std::vector<Circumstance> lent_;
  std::map<JudgedBy, std::uint32_t> judged_numbers_;
  std::vector<std::optional<JudgedBy>> judged_;  ///< by number
  std::uint32_t last_judged_ = 0;                ///< most slices share theirs with the one before
};

}  // namespace edgewatch::store
