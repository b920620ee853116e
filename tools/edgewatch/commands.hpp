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
  bool or_file = false;                   ///< of a file's name, what is in it
};

struct Command {
  std::string group;  ///< `case` of `case open`; empty for a single word
  std::string name;
  std::string help;
  std::string example;  ///< works when pasted
  std::vector<std::string>
      sockets;  ///< of whom it is for: tried first, in this order, unless --socket names another
  std::vector<Option> options = {};
  std::vector<Option> flags = {};
  bool rows = false;           ///< answers in rows that can be arranged, whatever its formats
  std::string words = {};      ///< name of the positional arguments; empty for none
  bool writes_file = false;    ///< knows --output FILE
  bool writes_bundle = false;  ///< needs --output FILE|FOLDER for what follows the answer
  unsigned file_mode = 0600;  ///< of that file: a report is for whoever asked; a zone is read by the resolver
};

[[nodiscard]] const std::vector<Command>& commands();
/// `--only`, `--sort` and `--limit` where the answer is in rows; empty elsewhere.
[[nodiscard]] std::vector<Option> arranging(const Command& command);
/// What a group of commands is about, for --help.
[[nodiscard]] std::string group_help(const std::string& group);
/// The examples of a group's commands, a line each.
[[nodiscard]] std::string group_examples(const std::string& group);

}  // namespace edgewatch::tools
