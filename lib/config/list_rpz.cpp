// A response policy zone (draft-vixie-dnsop-dns-rpz) as a zone file (RFC 1035 section 5.1). Only the trigger
// that every resolver has is read, the name asked; and of the actions, whether the name is refused or let
// through.
#include "edgewatch/base/text.hpp"

#include "list_reader.hpp"

#include <algorithm>
#include <array>

namespace edgewatch::config {
namespace {

constexpr std::array<std::string_view, 4> other_triggers{"rpz-ip", "rpz-client-ip", "rpz-nsdname",
                                                         "rpz-nsip"};
/// Records of a zone that is served and signed, and data given in place of an answer.
constexpr std::array<std::string_view, 14> other_types{"ns",     "txt",  "mx",    "srv",  "ptr",
                                                       "https",  "svcb", "rrsig", "nsec", "nsec3",
                                                       "dnskey", "ds",   "hinfo", "naptr"};

/// The records of a zone file, each as its words. Parentheses join lines; what is quoted is one word.
class ZoneRecords {
 public:
  ZoneRecords(std::string_view text, std::uint16_t file, ParsedList& out)
      : lines_(text, file, out), out_(&out) {}

  struct Record {
    bool same_owner = false;  ///< the line begins with a space: its owner is that of the record before
    std::vector<std::string_view> words;
    ListPlace place;
  };

  /// Nothing at the end of the file.
  std::optional<Record> next() {
    while (auto line = lines_.next()) {
      Record record{line->starts_with(' ') || line->starts_with('\t'), {}, lines_.place()};
      std::size_t depth = 0;
      bool good = read_words(*line, record.words, depth);
      while (good && depth != 0) {
        line = lines_.next();
        good = line.has_value() && read_words(*line, record.words, depth);
      }
      if (!good) {
        out_->refuse(LineRefusal::malformed, record.place);
      } else if (!record.words.empty()) {
        return record;
      }
    }
    return std::nullopt;
  }

 private:
  /// False for a quote or a parenthesis that nothing closes or opens.
  static bool read_words(std::string_view line, std::vector<std::string_view>& words, std::size_t& depth) {
    constexpr std::size_t most_words = 1000;
    std::size_t at = 0;
    while (at < line.size() && words.size() < most_words) {
      const char c = line[at];
      if (c == ';') return true;
      if (c == ' ' || c == '\t') {
        ++at;
      } else if (c == '(' || c == ')') {
        if (c == ')' && depth == 0) return false;
        depth = c == '(' ? depth + 1 : depth - 1;
        ++at;
      } else if (c == '"') {
        const std::size_t end = line.find('"', at + 1);
        if (end == std::string_view::npos) return false;
        words.push_back(line.substr(at, end + 1 - at));
        at = end + 1;
      } else {
        const std::size_t end = std::min(line.find_first_of(" \t;()\"", at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
      }
    }
    return at == line.size();
  }

  ListLines lines_;
  ParsedList* out_;
};

/// Seconds, or seconds with units as BIND writes them.
bool is_ttl(std::string_view word) {
  return !word.empty() && word[0] >= '0' && word[0] <= '9' &&
         word.find_first_not_of("0123456789smhdwSMHDW") == std::string_view::npos;
}

class ZoneReader {
 public:
  explicit ZoneReader(ParsedList& out) : out_(&out) {}

  void read(const ZoneRecords::Record& record) {
    const auto& words = record.words;
    if (words[0].starts_with('$')) return read_directive(record);
    std::size_t at = 0;
    if (!record.same_owner) owner_ = ascii_lower(words[at++]);
    while (at < words.size() && (is_ttl(words[at]) || ascii_lower(words[at]) == "in")) ++at;
    if (at >= words.size() || owner_.empty()) return out_->refuse(LineRefusal::malformed, record.place);
    const std::string type = ascii_lower(words[at++]);
    if (type == "soa") return read_apex(record.place);
    const auto verdict = verdict_of(type, at < words.size() ? ascii_lower(words[at]) : std::string());
    if (!verdict && verdict.error() == LineRefusal::malformed)
      return out_->refuse(LineRefusal::malformed, record.place);
    const auto name = within_zone(owner_);
    if (!name) return out_->refuse(LineRefusal::malformed, record.place);
    if (name->empty()) return;  // the zone's own records
    const std::string_view last = std::string_view(*name).substr(name->rfind('.') + 1);
    if (std::find(other_triggers.begin(), other_triggers.end(), last) != other_triggers.end())
      return out_->refuse(LineRefusal::other_trigger, record.place);
    if (!verdict) return out_->refuse(verdict.error(), record.place);
    add_name(*out_, *name, name->starts_with("*.") ? Reach::below : Reach::itself, *verdict, record.place);
  }

 private:
  void read_directive(const ZoneRecords::Record& record) {
    const std::string directive = ascii_lower(record.words[0]);
    if (directive == "$ttl") return;
    if (directive != "$origin") {
      if (directive == "$include")
        return out_->lose_include(record.words.size() > 1 ? record.words[1] : "",
                                  "a zone is read of one file alone", record.place);
      const bool is_known = directive == "$generate";
      return out_->refuse(is_known ? LineRefusal::lost_include : LineRefusal::malformed, record.place);
    }
    if (record.words.size() < 2 || !record.words[1].ends_with('.'))
      return out_->refuse(LineRefusal::malformed, record.place);
    origin_ = ascii_lower(record.words[1]);
    if (zone_.empty()) zone_ = origin_;
  }

  void read_apex(ListPlace place) {
    if (owner_ == "@" || !zone_.empty()) return;
    if (!owner_.ends_with('.')) return out_->refuse(LineRefusal::malformed, place);
    zone_ = origin_ = owner_;
  }

  /// Whether the answer refuses the name or lets it through; else what it is.
  [[nodiscard]] Result<ListVerdict, LineRefusal> verdict_of(const std::string& type,
                                                            std::string target) const {
    if (type == "a" || type == "aaaa") {
      if (is_sinkhole(target)) return ListVerdict::listed;
      return Failure{LineRefusal::other_target};
    }
    const bool other = std::find(other_types.begin(), other_types.end(), type) != other_types.end();
    if (type != "cname" || target.empty())
      return Failure{other ? LineRefusal::other_target : LineRefusal::malformed};
    if (target == "." || target == "*." || target == "rpz-drop.") return ListVerdict::listed;
    if (target == "rpz-tcp-only.") return Failure{LineRefusal::modifier};
    // The first form of the draft let a name through by pointing it at itself.
    target.pop_back();
    if (target == "rpz-passthru" || within_zone(owner_) == target) return ListVerdict::excepted;
    return Failure{LineRefusal::other_target};
  }

  /// The owner less the zone's name: what the trigger is. Empty at the top; nothing where it is outside.
  [[nodiscard]] std::optional<std::string> within_zone(const std::string& owner) const {
    std::string full = owner;
    if (owner == "@") {
      full = origin_;
    } else if (!owner.ends_with('.')) {
      if (origin_.empty()) return owner;
      full = owner + (origin_ == "." ? "" : ".") + origin_;
    }
    if (full == zone_) return std::string();
    if (zone_.empty() || zone_ == ".") return full.empty() ? full : full.substr(0, full.size() - 1);
    if (!full.ends_with("." + zone_)) return std::nullopt;
    return full.substr(0, full.size() - zone_.size() - 1);
  }

  ParsedList* out_;
  std::string zone_;    ///< with its dot; empty as long as the file does not say it
  std::string origin_;  ///< what relative names end with
  std::string owner_;
};

}  // namespace

void read_rpz_list(std::string_view text, std::uint16_t file, ParsedList& out) {
  ZoneRecords records(text, file, out);
  ZoneReader reader(out);
  while (const auto record = records.next()) reader.read(*record);
}

}  // namespace edgewatch::config
