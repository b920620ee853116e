#include "completion.hpp"

#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace edgewatch::tools {
namespace {

/// Case arms of the script, by the words that led there: ` case open`.
struct Arms {
  std::string steps;    ///< one more word, which is a command
  std::string words;    ///< what may come next
  std::string choices;  ///< what may follow an option
};

std::vector<const CLI::App*> subcommands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* sub) { return !sub->get_name().empty(); });
}

/// `{table,json,csv}` of the option's check, with blanks; empty where it has no such check.
std::string choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t from = type.find('{');
  const std::size_t to = type.find('}', from);
  if (from == std::string::npos || to == std::string::npos) return {};
  std::string words = type.substr(from + 1, to - from - 1);
  for (char& c : words) {
    if (c == ',') c = ' ';
  }
  return words;
}

bool takes_file(const CLI::Option& option) {
  for (const std::string& name : option.get_lnames()) {
    if (name == "output" || name == "socket" || name == "lists" || name == "capture" || name == "key" ||
        name == "against" || name == "config")
      return true;
  }
  return false;
}

void walk(const CLI::App& app, const std::string& path, Arms& arms) {
  std::string words;
  bool files = false;
  for (const CLI::App* sub : subcommands(app)) {
    words += (words.empty() ? "" : " ") + sub->get_name();
    arms.steps +=
        fmt::format("      '{} {}') path='{} {}' ;;\n", path, sub->get_name(), path, sub->get_name());
    walk(*sub, path + ' ' + sub->get_name(), arms);
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty()) files = files || option->get_name() == "FILE";
    for (const std::string& name : option->get_lnames()) {
      words += (words.empty() ? "--" : " --") + name;
      if (option->get_items_expected_max() == 0) continue;
      const std::string choices = choices_of(*option);
      std::string give;
      if (!choices.empty()) {
        give = fmt::format("mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$cur\"); ", choices);
      } else if (takes_file(*option)) {
        give = "_edgewatch_files; ";
      }
      arms.choices += fmt::format("    '{} --{}') {}return ;;\n", path, name, give);
    }
  }
  arms.words += fmt::format("    '{}') words='{}'{} ;;\n", path, words, files ? " files=yes" : "");
}

}  // namespace

std::string bash_completion(const CLI::App& root) {
  Arms arms;
  walk(root, "", arms);
  return fmt::format(R"(# bash completion for edgewatch: made from its own command line when it is built.
_edgewatch_files() {{
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}}

_edgewatch() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} path='' words='' files='' i
  COMPREPLY=()
  # Where a `=` parts words, as it does in bash unless somebody changed that.
  if [ "$cur" = = ]; then cur=; elif [ "$previous" = = ]; then previous=${{COMP_WORDS[COMP_CWORD - 2]}}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${{COMP_WORDS[i]}}" in
{}    esac
  done
  case "$path $previous" in
{}  esac
  case "$path" in
{}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  if [ -n "$files" ] && [[ $cur != -* ]]; then _edgewatch_files; fi
}}
complete -F _edgewatch edgewatch
)",
                     arms.steps, arms.choices, arms.words);
}

}  // namespace edgewatch::tools
