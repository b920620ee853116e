// Lists of v2fly's domain-list-community (its README, "Structure of data"): rules with attributes, and files
// that include others.
#include "edgewatch/base/text.hpp"

#include "list_reader.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace edgewatch::config {
namespace {

using Attributes = std::vector<std::string>;

/// Files that include each other many times over would be read for ever.
constexpr std::uint64_t most_lines = 10'000'000;

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Whether a rule with these attributes is among those asked for; `-x` asks for rules without x.
bool has_asked(const Attributes& asked, const Attributes& given) {
  return std::all_of(asked.begin(), asked.end(), [&](const std::string& one) {
    const bool unwanted = one.starts_with('-');
    const bool there = std::find(given.begin(), given.end(), unwanted ? one.substr(1) : one) != given.end();
    return there != unwanted;
  });
}

class V2flyReader {
 public:
  V2flyReader(const std::vector<ListFile>& files, ParsedList& out) : files_(&files), out_(&out) {
    for (std::size_t file = 0; file < files.size(); ++file) note_others(static_cast<std::uint16_t>(file));
  }

  void read(std::uint16_t file, const Attributes& asked) {
    // Once is enough for each choice of rules.
    if (!seen_.insert({file, asked}).second) return;
    open_.push_back(file);
    read_others(file, asked);
    ListLines lines((*files_)[file].text, file, *out_);
    while (const auto line = lines.next()) {
      if (++lines_ > most_lines) break;
      read_line(before_comment(*line, '#'), asked, lines.place());
    }
    open_.pop_back();
  }

 private:
  /// A rule that a file puts into another list, `&other`.
  struct Other {
    std::string_view rule;
    ListPlace place;
  };

  /// First, so that a file that was cut still gives the beginning of what the whole one does. What files that
  /// are being read put into this list they have themselves.
  void read_others(std::uint16_t file, const Attributes& asked) {
    const auto others = others_.find(base_name((*files_)[file].path));
    if (others == others_.end()) return;
    for (const Other& other : others->second) {
      if (std::find(open_.begin(), open_.end(), other.place.file) == open_.end())
        read_line(other.rule, asked, other.place);
    }
  }

  /// Whole lines only; what is wrong in them is counted where their own file is read.
  void note_others(std::uint16_t file) {
    std::string_view rest = (*files_)[file].text;
    const std::string_view own = base_name((*files_)[file].path);
    ListPlace place{file, 0};
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      ++place.line;
      const std::string_view rule = before_comment(rest.substr(0, end), '#');
      rest.remove_prefix(end + 1);
      if (rule.find('&') == std::string_view::npos || rule.starts_with("include:")) continue;
      std::string_view words = rule;
      static_cast<void>(take_word(words));
      std::set<std::string_view> named;
      for (std::string_view word = take_word(words); !word.empty(); word = take_word(words)) {
        if (word.size() > 1 && word[0] == '&' && word.substr(1) != own && named.insert(word.substr(1)).second)
          others_[word.substr(1)].push_back({rule, place});
      }
    }
  }

  void read_line(std::string_view line, const Attributes& asked, ListPlace place) {
    const std::string_view rule = take_word(line);
    if (rule.empty()) return;
    Attributes given;
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
      if (word.size() > 1 && word[0] == '@') {
        given.emplace_back(word.substr(1));
      } else if (word.size() < 2 || word[0] != '&') {  // `&other` puts it into another list too
        return out_->refuse(LineRefusal::malformed, place);
      }
    }
    const std::size_t colon = rule.find(':');
    const std::string_view kind = colon == std::string_view::npos ? "domain" : rule.substr(0, colon);
    const std::string_view value = colon == std::string_view::npos ? rule : rule.substr(colon + 1);
    if (kind == "include") return include(value, asked, given, place);
    if (!has_asked(asked, given)) return;
    if (kind == "regexp") return out_->refuse(LineRefusal::regexp, place);
    if (kind == "keyword") return out_->refuse(LineRefusal::keyword, place);
    if (kind != "domain" && kind != "full") return out_->refuse(LineRefusal::malformed, place);
    if (value.starts_with('.') || value.starts_with("*."))
      return out_->refuse(value == "." || value == "*." ? LineRefusal::everything : LineRefusal::not_a_name,
                          place);
    add_name(*out_, value, kind == "full" ? Reach::itself : Reach::both, ListVerdict::listed, place);
  }

  void include(std::string_view name, const Attributes& asked, const Attributes& more, ListPlace place) {
    constexpr std::size_t most_attributes = 16;
    const auto found = std::find_if(files_->begin(), files_->end(),
                                    [&](const ListFile& file) { return base_name(file.path) == name; });
    std::set<std::string> both(asked.begin(), asked.end());
    both.insert(more.begin(), more.end());
    const auto file = static_cast<std::uint16_t>(found - files_->begin());
    if (name.empty() || found == files_->end())
      return out_->lose_include(name, "no file of that name is there", place);
    if (std::find(open_.begin(), open_.end(), file) != open_.end())
      return out_->lose_include(name, "is itself read for this", place);
    if (both.size() > most_attributes || open_.size() > most_depth)
      return out_->lose_include(name, "lies too deep", place);
    read(file, {both.begin(), both.end()});
  }

  static constexpr std::size_t most_depth = 64;
  const std::vector<ListFile>* files_;
  ParsedList* out_;
  std::set<std::pair<std::uint16_t, Attributes>> seen_;
  std::uint64_t lines_ = 0;
  std::map<std::string_view, std::vector<Other>> others_;  ///< by the list they are put into
  std::vector<std::uint16_t> open_;  ///< files that are being read, each within the one before
};

}  // namespace

void read_v2fly_list(const std::vector<ListFile>& files, std::uint16_t main,
                     const std::vector<std::string>& attributes, ParsedList& out) {
  V2flyReader(files, out).read(main, attributes);
}

}  // namespace edgewatch::config
