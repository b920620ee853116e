// The commands that ask the daemon, as one table: words, options, examples, and whose socket answers. Values;
// one thread.
#pragma once

#include <string>
#include <vector>

namespace edgewatch::tools {

struct Option {
  std::string name;  ///< long form without dashes
  std::string help;
  bool required = false;
  std::vector<std::string> choices = {};  ///< empty: any text
};

struct Command {
  std::string group;  ///< `case` of `case open`; empty for a single word
  std::string name;
  std::string help;
  std::string example;  ///< works when pasted
  std::vector<std::string>
      sockets;  ///< tried in this order, under /run/edgewatch, unless --socket names another
  std::vector<Option> options = {};
  std::vector<Option> flags = {};
  std::string words = {};     ///< name of the positional arguments; empty for none
  bool writes_file = false;   ///< knows --output FILE
  unsigned file_mode = 0600;  ///< of that file: a report is for whoever asked; a zone is read by the resolver
};

[[nodiscard]] const std::vector<Command>& commands();
/// What a group of commands is about, for --help.
[[nodiscard]] std::string group_help(const std::string& group);
/// The examples of a group's commands, a line each.
[[nodiscard]] std::string group_examples(const std::string& group);

}  // namespace edgewatch::tools
